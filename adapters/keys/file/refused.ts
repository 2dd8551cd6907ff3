const REASONS = {
  absent: 'is not there',
  'symbolic-link': 'is a symbolic link',
  unopenable: 'cannot be opened',
  'not-regular': 'is no regular file',
  'foreign-owner': 'belongs to another user',
  'open-to-others': 'may be read or written by others: set its mode to 0600',
  'open-folder': 'lies in a folder that everybody may write to',
  'too-large': 'is too large',
  'not-json': 'is not JSON',
  damaged: 'is damaged or of an unknown version',
  'too-costly': 'asks for more memory or time than any key file of this program does',
  'too-weak': 'is protected at a cost below what is accepted',
  'passphrases-wanted': 'is protected, and another number of passphrases was given than it asks for',
  unprotected: 'is not protected, although a passphrase was given: protect it first, or give none',
  'wrong-passphrase': 'does not open: a passphrase is wrong, two are in the wrong order, or the head of the file was changed',
  'protected-anew': 'was protected anew while this program ran: start it again with the new passphrases',
  changed: 'was changed after it was sealed',
  'passphrase-unfit': 'is empty, shorter than 12 bytes, longer than 1024 bytes, or the same as the other one',
  full: 'holds as many root keys as it may: retire former ones first',
  busy: 'is being changed by another process',
  unwritable: 'cannot be written',
} as const;

export type KeyFileReason = keyof typeof REASONS;

/** A key file, or a file with a passphrase, that must not be used, and why, in words for the operator. Holds no key and no path. */
export class KeyFileRefused extends Error {
  override readonly name = 'KeyFileRefused';

  constructor(
    readonly code: KeyFileReason,
    readonly what: 'key file' | 'passphrase file' | 'passphrase' = 'key file',
    options?: { cause?: unknown },
  ) {
    super(`the ${what} ${REASONS[code]}`, options);
  }
}
