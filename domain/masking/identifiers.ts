/**
 * The eighteen identifiers of HIPAA Safe Harbor (45 CFR 164.514(b)(2)(i)), each with where FHIR R4 has it: data types wherever
 * they stand, and elements by path. `removed` elements go; `generalised` ones keep what the rule leaves of them.
 * A limited data set (164.514(e)(2)) goes without them as well, but for dates and towns.
 */
export interface IdentifierRow {
  readonly letter: string;
  readonly identifier: string;
  readonly types: readonly string[];
  readonly paths: readonly string[];
  readonly how: 'removed' | 'generalised';
}

function row(letter: string, identifier: string, how: IdentifierRow['how'], types: string, paths = ''): IdentifierRow {
  const list = (text: string) => text.split(' ').filter((one) => one !== '');
  return { letter, identifier, types: list(types), paths: list(paths), how };
}

export const SAFE_HARBOR_IDENTIFIERS: readonly IdentifierRow[] = [
  row('A', 'names', 'removed', 'HumanName ContactDetail Contributor', 'Patient.contact Patient.link'),
  row('B', 'geographic subdivisions smaller than a state', 'removed', 'Location_Position', 'Location.description Location.alias'),
  row('B', 'addresses: the state and three digits of the ZIP code stay', 'generalised', 'Address'),
  row('C', 'all elements of dates but the year; ages over 89', 'generalised', 'date dateTime instant time Age'),
  row('D', 'telephone numbers', 'removed', 'ContactPoint'),
  row('E', 'fax numbers', 'removed', 'ContactPoint'),
  row('F', 'e-mail addresses', 'removed', 'ContactPoint'),
  row('G', 'social security numbers', 'removed', 'Identifier'),
  row('H', 'medical record numbers', 'removed', 'Identifier'),
  row('I', 'health plan beneficiary numbers', 'removed', 'Identifier', 'Coverage.subscriberId Coverage.dependent Claim.preAuthRef'),
  row('J', 'account numbers', 'removed', 'Identifier'),
  row('K', 'certificate and license numbers', 'removed', 'Identifier', 'Practitioner.qualification'),
  row('L', 'vehicle identifiers', 'removed', 'Identifier'),
  row('M', 'device identifiers and serial numbers', 'removed', 'Device_UdiCarrier', 'Device.serialNumber Device.distinctIdentifier Device.lotNumber'),
  row('N', 'URLs', 'removed', 'url uri canonical oid uuid', 'Endpoint.address'),
  row('O', 'IP addresses', 'removed', 'AuditEvent_Network', 'AuditEvent.agent.network'),
  row('P', 'biometric identifiers', 'removed', 'SampledData Signature base64Binary', 'BodyStructure.image'),
  row('Q', 'full-face photographs and comparable images', 'removed', 'Attachment', 'Patient.photo Person.photo Practitioner.photo RelatedPerson.photo'),
  row(
    'R',
    'any other unique number, characteristic or code, and free text that may hold one',
    'removed',
    'string markdown xhtml Narrative Annotation Meta RelatedArtifact UsageContext',
    'MolecularSequence.observedSeq',
  ),
  row('R', 'characteristics that few may share: language, order of birth', 'removed', '', '*.language Patient.communication Patient.multipleBirthInteger'),
];

function removed(of: 'types' | 'paths'): ReadonlySet<string> {
  return new Set(SAFE_HARBOR_IDENTIFIERS.filter(({ how }) => how === 'removed').flatMap((one) => one[of]));
}

/** What is left out by its data type. A limited data set differs in addresses and dates alone, and these are generalised. */
export const REMOVED_TYPES = removed('types');
const REMOVED_PATHS = removed('paths');

/** What is left out by where it stands: `*.language` is the member of any resource and element. */
export function isRemovedPath(path: string, name: string): boolean {
  return REMOVED_PATHS.has(path) || REMOVED_PATHS.has(`*.${name}`);
}
