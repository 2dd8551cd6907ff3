/** Texts of attachments, as FHIR writes them. */
export const BASE64 = {
  decode: (data: string): string => Buffer.from(data, 'base64').toString('utf8'),
  encode: (text: string): string => Buffer.from(text, 'utf8').toString('base64'),
};
