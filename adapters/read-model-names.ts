/** The read models of a running ledger: what readiness means, what can be built anew, what a verb waits for. */
export const READ_MODELS = ['record', 'resolutions', 'directory', 'accesses', 'changes', 'amendments', 'patients', 'candidates'] as const;
