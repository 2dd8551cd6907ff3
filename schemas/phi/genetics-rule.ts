import { type CodeRule, icd, LOINC, OWN, SNOMED, words } from './code-rule.js';

const DIAGNOSTIC_SECTION = 'http://terminology.hl7.org/CodeSystem/v2-0074';

/** Of HL7's implementation guide for genomics reporting: what was looked for and found, whatever the gene. */
const REPORTING =
  '47998-0 48000-4 48001-2 48002-0 48003-8 48004-6 48005-3 48006-1 48013-7 48018-6 48019-4 51958-7 51961-1 51963-7 51964-5 51967-8 51968-6 51969-4 ' +
  '53034-5 53037-8 53041-0 55207-5 55208-3 55232-3 55233-1 62374-4 69547-8 69548-6 69551-0 81247-9 81252-9 81254-5 81255-2 81257-8 81258-6 81259-4 ' +
  '81290-9 82121-5 84413-4 84414-2 92822-6';
/** Tests of single genes that are often ordered: BRCA1 and 2, APOE, CFTR, F2, F5, KRAS, NRAS, BRAF, ROS1, ALK, BCR and ABL1. */
const GENES =
  '21636-6 21637-4 21638-2 21639-0 21640-8 38530-2 38531-0 50995-0 59041-4 79207-7 79208-5 94191-4 21619-2 21654-9 24475-6 21667-1 21702-6 81420-2 82535-6 ' +
  '21719-0 58415-1 58483-9 89861-9 97025-1 102038-7 21813-1 88744-8 100019-9 69380-4 93356-4 107286-7';
/** How LOINC names what is in its classes of molecular pathology and cytogenetics: it has thousands of them, and more each half year. */
const LOINC_SAYS =
  '\\bgenes? (?:\\w+ )?(?:mutations?|deletions?|duplications?|variants?|rearrangements?|polymorphisms?)\\b|\\bmutation analysis\\b|\\bgene\\.? ?[cgp]\\.' +
  '|\\bin blood or tissue by (?:molecular genetics|sequencing)\\b|\\bfusion transcript\\b|\\bkaryotyp|\\bcytogenetic|\\bchromosom|\\b(?:ex|gen)ome sequenc';

/** Findings of a test, hereditary diseases whose diagnosis is a finding of one, carriers: GDIS covers them, and SCA sickle cells. */
const FOUND =
  '363779003 405824009 412734009 412738007 718220008 307091009 417357006 127040003 16402000 40108008 28293008 41788008 190905008 58756001 19346006 41040004 ' +
  '76670001 35400008 398036000 315058005 62403005 111385000 7573000';

/** Whatever is named in one of these has to do with somebody's genes. */
const SYSTEMS =
  'http://www.genenames.org http://www.genenames.org/geneId http://www.genenames.org/genegroup urn:oid:2.16.840.1.113883.6.281 http://varnomen.hgvs.org ' +
  'http://www.hgvs.org/mutnomen urn:oid:2.16.840.1.113883.6.282 http://www.ncbi.nlm.nih.gov/clinvar http://www.ncbi.nlm.nih.gov/projects/SNP ' +
  'http://www.ncbi.nlm.nih.gov/snp urn:oid:2.16.840.1.113883.6.284 http://www.ncbi.nlm.nih.gov/gtr http://www.ncbi.nlm.nih.gov/gene ' +
  'http://www.ncbi.nlm.nih.gov/nuccore http://www.omim.org http://omim.org http://www.pharmvar.org http://www.pharmgkb.org http://pharmakb.org ' +
  'http://sequenceontology.org http://www.sequenceontology.org http://www.lrg-sequence.org http://www.ebi.ac.uk/ipd/imgt/hla';

/** Genetic tests, variants, hereditary diseases and carriers. */
export const GENETICS: CodeRule = {
  id: 'genetics',
  scope: 'genetics',
  from: OWN,
  codes: [
    { system: LOINC, codes: words(`${REPORTING} ${GENES}`) },
    { system: SNOMED, codes: words(FOUND) },
    { system: DIAGNOSTIC_SECTION, codes: words('GE CG') },
  ],
  starts: icd(
    'D56 D57 D58 D66 D67 D681 D682 E70 E71 E72 E74 E75 E76 E77 E7801 E800 E801 E802 E8311 E84 E850 E851 E852 G10 G11 G241 G600 G710 G711 H355 O285 O351 O352 ' +
      'Q874 Q9 Z137 Z14 Z15 Z3143 Z3144 Z315 Z8279 Z8481',
    '2770 2824 2825 2826 2860 2861 3334 758 V2631 V2633 V2634 V2635 V2639 V8271 V8279 V83 V84',
  ),
  systems: words(SYSTEMS),
  displays: [{ system: LOINC, says: LOINC_SAYS }],
};
