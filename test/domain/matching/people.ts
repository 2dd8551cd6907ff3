import type { FhirResource } from '../../../domain/identity/resource.js';

/** What a test says of an invented person; what it leaves out is not known. */
export interface Said {
  readonly given?: string;
  readonly middle?: string;
  readonly surname?: string;
  readonly suffix?: string;
  readonly birthDate?: string;
  readonly sex?: string;
  readonly birthOrder?: number;
  readonly street?: string;
  readonly city?: string;
  readonly postCode?: string;
  readonly phone?: string;
  readonly email?: string;
  readonly identifier?: string;
}

export function patient(said: Said): FhirResource {
  const { given, middle, surname, suffix, birthDate, sex, birthOrder, street, city, postCode, phone, email, identifier } = said;
  const texts = (...all: (string | undefined)[]) => all.filter((text) => text !== undefined && text !== '') as string[];
  const [first, line] = [texts(given, middle), texts(street)];
  const name = {
    ...(first.length === 0 ? {} : { given: first }),
    ...(surname === undefined || surname === '' ? {} : { family: surname }),
    ...(suffix === undefined ? {} : { suffix: [suffix] }),
  };
  const address = {
    ...(line.length === 0 ? {} : { line }),
    ...(city === undefined ? {} : { city }),
    ...(postCode === undefined ? {} : { postalCode: postCode }),
  };
  const telecom = [...texts(phone).map((value) => ({ system: 'phone', value })), ...texts(email).map((value) => ({ system: 'email', value }))];
  // FHIR has no empty lists and no empty objects.
  const listed = (member: string, all: readonly object[]) => (all.some((one) => Object.keys(one).length > 0) ? { [member]: all } : {});
  return {
    resourceType: 'Patient',
    ...listed('name', [name]),
    ...listed('address', [address]),
    ...listed('telecom', telecom),
    ...(birthDate === undefined ? {} : { birthDate }),
    ...(sex === undefined ? {} : { gender: sex }),
    ...(birthOrder === undefined ? {} : { multipleBirthInteger: birthOrder }),
    ...(identifier === undefined ? {} : { identifier: [{ system: 'urn:test:number', value: identifier }] }),
  } as unknown as FhirResource;
}

const GIVEN = {
  female:
    'Adela Beatrix Catherine Dorothea Elizabeth Florence Greta Harriet Isabella Johanna Katja Leonora Margaret Nadia Olivia Patricia Rosalind Susanna Theresa Ursula'.split(
      ' ',
    ),
  male: 'Adrian Bartholomew Christopher Dominic Edmund Frederick Gregory Henry Ignatius Jonathan Kenneth Leopold Matthew Nicholas Oswald Patrick Robert Samuel Timothy William'.split(
    ' ',
  ),
} as const;
const SURNAMES =
  'Abernathy Birkett Carlisle Dunmore Ellsworth Fairbanks Galbraith Hargreaves Ingleby Jamieson Kirkwood Lockhart Montague Northcote Oakeshott Pemberton Quillfeather Ravenscroft Standish Thackeray Underhill Vandermeer Wolverton Yarborough Smith Jones Brown Taylor Garcia Nguyen'.split(
    ' ',
  );
const STREETS =
  'Harbour Street,Mill Lane,Chestnut Avenue,Station Road,Kings Court,Meadow Drive,Quarry Hill,Orchard Place,Bridge Street,Abbey Road,Lime Grove,Church Lane'.split(
    ',',
  );
const CITIES = 'Ashford,Brackley,Carnforth,Denholme,Elmswell,Frampton,Garstang,Holbeach'.split(',');

/** Numbers that look random and are the same in each run. */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * limit);
  }

  of<T>(all: readonly T[]): T {
    return all[this.below(all.length)] as T;
  }

  digits(count: number): string {
    return Array.from({ length: count }, () => this.below(10)).join('');
  }

  date(from: number, years: number): string {
    return `${from + this.below(years)}-${String(1 + this.below(12)).padStart(2, '0')}-${String(1 + this.below(28)).padStart(2, '0')}`;
  }

  home(): Pick<Said, 'street' | 'city' | 'postCode'> {
    const at = this.below(CITIES.length);
    return { street: `${1 + this.below(180)} ${this.of(STREETS)}`, city: CITIES[at] as string, postCode: `${41 + at}${this.digits(3)}` };
  }

  /** Another than this one. */
  given(sex: 'female' | 'male', not = ''): string {
    for (;;) {
      const name = this.of(GIVEN[sex]);
      if (name !== not) return name;
    }
  }

  surname(not = ''): string {
    for (;;) {
      const name = this.of(SURNAMES);
      if (name !== not) return name;
    }
  }

  sex(): 'female' | 'male' {
    return this.below(2) === 0 ? 'female' : 'male';
  }

  phone(): string {
    return `21${2 + this.below(7)}55${this.digits(5)}`;
  }

  person(sex: 'female' | 'male' = this.sex()): Said & { sex: 'female' | 'male'; given: string; surname: string; birthDate: string } {
    return { given: this.given(sex), surname: this.surname(), sex, birthDate: this.date(1930, 80), phone: this.phone(), ...this.home() };
  }
}
