import { Command } from 'commander';

export interface Said {
  readonly out: string;
  readonly err: string;
  readonly fault: Error | null;
}

/** Runs verbs as the command line does, in this process, and keeps what they print. */
export async function run(add: (program: Command) => void, words: readonly string[], env: Readonly<Record<string, string>>): Promise<Said> {
  const program = new Command('clinical-ledger').exitOverride();
  add(program);
  for (const verb of program.commands) verb.exitOverride();
  const before = { ...process.env };
  const writes = { out: process.stdout.write, err: process.stderr.write };
  let [out, err] = ['', ''];
  const keep = (write: (text: string) => void) =>
    ((text: string | Uint8Array) => {
      write(text.toString());
      return true;
    }) as typeof process.stdout.write;
  Object.assign(process.env, env);
  process.stdout.write = keep((text) => (out += text));
  process.stderr.write = keep((text) => (err += text));
  try {
    await program.parseAsync([...words], { from: 'user' });
    return { out, err, fault: null };
  } catch (fault) {
    return { out, err, fault: fault as Error };
  } finally {
    process.stdout.write = writes.out;
    process.stderr.write = writes.err;
    for (const name of Object.keys(env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  }
}

/** Work that prints, run in the same way. Throws what it throws. */
export async function quietly(work: () => Promise<void>): Promise<Said> {
  const said = await run((program) => program.command('work').action(work), ['work'], {});
  if (said.fault !== null) throw said.fault;
  return said;
}
