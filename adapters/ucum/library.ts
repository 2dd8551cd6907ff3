import { createRequire } from 'node:module';

/** What is read of the library's unit object. It has no types of its own. */
export interface LibraryUnit {
  readonly magnitude_: number | null;
  readonly dim_: { readonly dimVec_: readonly number[] | null } | null;
  readonly isArbitrary_: boolean;
  readonly isSpecial_: boolean;
  readonly moleExp_: number;
  readonly equivalentExp_: number;
}

interface Library {
  getSpecifiedUnit(text: string, use: 'validate'): { readonly unit: LibraryUnit | null; readonly status: string };
}

const require = createRequire(import.meta.url);
let library: Library | undefined;

/** 7 MB with what it needs: loaded when a unit is first asked for that nobody has asked for before. */
function loaded(): Library {
  const { UcumLhcUtils } = require('@lhncbc/ucum-lhc') as { UcumLhcUtils: { getInstance(): Library } };
  library = UcumLhcUtils.getInstance();
  return library;
}

const SILENT = ['log', 'info', 'warn', 'error', 'debug'] as const;

/**
 * The library writes units that it does not know to the console, and a free-text unit may hold PHI. It is synchronous, so that
 * the console can be shut for exactly its call.
 */
function inSilence<T>(call: () => T): T {
  const kept = SILENT.map((name) => console[name]);
  for (const name of SILENT) console[name] = () => undefined;
  try {
    return call();
  } finally {
    for (const [index, name] of SILENT.entries()) console[name] = kept[index] as Console[typeof name];
  }
}

/** The unit, if the text is one of UCUM exactly as it stands: a text that the library would put right first is none. */
export function libraryUnit(text: string): LibraryUnit | null {
  return inSilence(() => {
    const { unit, status } = (library ?? loaded()).getSpecifiedUnit(text, 'validate');
    return status === 'valid' ? unit : null;
  });
}
