/**
 * The code that touches PHI: what opens and seals, holds or rules keys, says who may read what, labels and cuts content into
 * scopes, masks, scans, erases, indexes and searches it, puts it into answers, and the routes, verbs and commands of all these.
 * There every line and every branch is run by a test (`npm run coverage`): a branch that was never taken is one in which nobody
 * knows what is shown. Elsewhere content is sealed, or passes through as one text that nothing looks into, or is compared
 * before it is sealed (`domain/identity`): 95 % of the lines there.
 */
export const PHI_CODE: readonly string[] = [
  'domain/{access,erasure,keys,masking,phi,scanning,search}/**',
  'domain/record/content.js',
  'schemas/phi/**',
  'commands/{access-log,erase-patient,key-orders,place-legal-hold,quarantine,release-legal-hold,report-key-compromise,rotate-key}.js',
  'commands/erasure/**',
  'projections/reading/**',
  'projections/{erased,patients,resealed,sealed-text}.js',
  'adapters/{keys,masking,pkcs11,scanning,search,vault-transit,webcrypto}/**',
  'adapters/{embedded,memory,mongodb}/key-*.js',
  'adapters/{key-config,opened-or-told,patient-index}.js',
  'adapters/cli/{keys,scan}.js',
  'adapters/cli/keys/**',
  'adapters/http/{fact-notes,feed-outbound,key-ages,known-person,masked-answer,reading}.js',
  'adapters/http/routes/{erasures,keys,masked,quarantine}.js',
];
