/**
 * Words that are names too: of the language, of months, and of diseases, tests and instruments called after somebody. Where
 * the patient has such a name, only a capital inside a sentence tells it from the word.
 */
const WORDS = new Set(
  (
    'an do so my see no he in so to us ' +
    'white brown black green gray grey young long short small little best good rich poor strong sharp wise noble bright ' +
    'will may can mark bill bob frank rob jack drew grant chase dean art earl king bishop cook baker carter taylor mason hunter page sage guy gene dale glen cliff rusty sandy ' +
    'april june august summer autumn dawn eve grace hope faith joy rose lily iris ivy violet pearl ruby amber daisy olive ginger crystal melody harmony charity patience ' +
    'hill field fields stone rivers brooks woods forest lake banks bush wood reed berry bean rice lamb wolf fox bird fish bass pike crane drake finch swan day winter ' +
    'love price power law case major head hand hands foot legg back chin bone blood body cancer payne cash church bell ball bond ring key keys gold silver steel ' +
    'pat sue rob dot kay rae max art wade lance miles pace love christian major angel sunny jean denim chuck peg ' +
    'addison alzheimer babinski barrett bell bright burkitt coombs cooley crohn cushing down epstein foley gleason gram graves hodgkin horner huntington kaposi kawasaki lewis lynch ' +
    'marfan meniere murphy paget parkinson peyronie raynaud reynolds romberg schwann sims tanner tourette turner wells whipple wilson apgar doppler glasgow braden morse'
  ).split(' '),
);

export const isOrdinary = (word: string): boolean => WORDS.has(word);
