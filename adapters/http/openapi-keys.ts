import { type Json, path, read } from './openapi-parts.js';

export function keyPaths(): Json {
  return {
    '/v1/keys': read(
      'keys',
      'Where the keys of the tenant stand, and of the root: ids, ages, states and counts, rotations with their progress, reported compromises with their incidents and with what of the read models was sealed anew. Never a key. Roles: operator, privacy-officer, auditor.',
      [],
    ),
    '/v1/keys/compromises/{reportId}': read(
      'compromise',
      'What a compromised key exposed: events, patients, readers and feeds, made again from the log as canonical JSON with the digest of the incident. Roles: privacy-officer, auditor.',
      [path('reportId', { type: 'string', format: 'uuid' })],
    ),
  };
}
