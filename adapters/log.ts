import { type Logger, pino } from 'pino';

/**
 * The log of the process. Requests, bodies, headers and URLs are never logged, since any of them may hold PHI; redaction
 * is the second line of defence. Goes to standard error, so that a command's output stays clean.
 */
export function createLog(level: string): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { req: () => undefined, res: (response: { statusCode?: number }) => ({ status: response.statusCode }), err: errorFacts },
      redact: { paths: ['*.authorization', 'authorization', 'body', '*.body', 'headers', '*.headers', 'url', '*.url', 'token', '*.token'], remove: true },
    },
    pino.destination({ fd: 2, sync: false }),
  );
}

/** An error's kind and place. Its message may quote input, so only our own faults' words are kept. */
function errorFacts(fault: Error & { code?: unknown }) {
  const own = fault.name === 'LedgerFault';
  const frames = (fault.stack ?? '').split('\n').filter((line) => line.trimStart().startsWith('at '));
  return { name: fault.name, code: fault.code, message: own ? fault.message : undefined, stack: frames.slice(0, 8) };
}
