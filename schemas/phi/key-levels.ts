/** Where in the hierarchy a key stands: the root wraps tenants' keys, those wrap the secrets below. */
export const KEY_LEVELS = ['root', 'tenant', 'tenant-secret', 'index', 'patient'] as const;
export type KeyLevel = (typeof KEY_LEVELS)[number];

/** NIST SP 800-57 Part 1 r5, §7, with `destroyed`, of which only the log tells. */
export const KEY_LIFE = ['pre-active', 'active', 'suspended', 'deactivated', 'compromised', 'destroyed'] as const;
