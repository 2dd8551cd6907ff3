/** Loaded ahead of a ledger: at a signal something breaks outside of every request, in words that quote what it worked on. */
const [how = '', words = ''] = (process.env['UNCAUGHT'] ?? '').split(' ');
process.on('SIGUSR2', () => {
  const fault = Object.assign(new TypeError(`cannot take ${words}`, { cause: new Error(words) }), { body: words });
  if (how === 'throw') throw fault;
  void Promise.reject(fault);
});
