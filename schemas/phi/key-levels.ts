/** Where in the hierarchy a key stands: the root wraps tenants' keys, those wrap the secrets below. */
export const KEY_LEVELS = ['root', 'tenant', 'tenant-secret', 'index', 'patient'] as const;
export type KeyLevel = (typeof KEY_LEVELS)[number];

/** Keys that one person may put on hold. The root is everybody's, and its provider knows no such state. */
export const SUSPENDABLE_LEVELS = ['tenant', 'tenant-secret', 'index', 'patient'] as const;
export type SuspendableLevel = (typeof SUSPENDABLE_LEVELS)[number];

/** NIST SP 800-57 Part 1 r5, §7, with `destroyed`, of which only the log tells. */
export const KEY_LIFE = ['pre-active', 'active', 'suspended', 'deactivated', 'compromised', 'destroyed'] as const;
