/**
 * What sources write where UCUM is meant, by the parts between `/`, `.` and parentheses. Partly after the v2-to-UCUM concept
 * map of IZ Gateway (see docs/third-party.md), which is not taken whole: it reads PA as picoampere and M/S as ms/s.
 */
const PARTS: ReadonlyMap<string, string> = new Map(
  (
    'mcg=ug mcL=uL mcl=uL mcmol=umol cc=mL cumm=mm3 gm=g gms=g GM=g lb=[lb_av] lbs=[lb_av] oz=[oz_av] in=[in_i] inch=[in_i] ' +
    'inches=[in_i] ft=[ft_i] mmHg=mm[Hg] mmhg=mm[Hg] MMHG=mm[Hg] cmH2O=cm[H2O] IU=[iU] mIU=m[iU] uIU=u[iU] kIU=k[iU] [IU]=[iU] ' +
    'm[IU]=m[iU] u[IU]=u[iU] k[IU]=k[iU] degF=[degF] °F=[degF] degC=Cel °C=Cel hr=h hrs=h hour=h hours=h sec=s secs=s msec=ms ' +
    'minute=min minutes=min mins=min day=d days=d week=wk weeks=wk month=mo months=mo yr=a yrs=a year=a years=a mEq=meq mOsm=mosm'
  )
    .split(' ')
    .map((pair) => pair.split('=') as [string, string]),
);

/** Whole units. `K/uL` would be kelvin; a pulse in beats is a pulse; the last two are one prefix against another. */
const WHOLE: ReadonlyMap<string, string> = new Map(
  (
    'K/uL=10*3/uL k/uL=10*3/uL K/mm3=10*3/uL k/mm3=10*3/uL Thou/uL=10*3/uL thou/uL=10*3/uL Thousand/uL=10*3/uL M/uL=10*6/uL ' +
    'M/mm3=10*6/uL Mill/uL=10*6/uL mil/uL=10*6/uL Million/uL=10*6/uL cells/uL=/uL {cells}/uL=/uL cells/mm3=/uL bpm=/min ' +
    'beats/min=/min breaths/min=/min {beats}/min=/min {Beats}/min=/min {breaths}/min=/min {Breaths}/min=/min percent=% ' +
    'u[iU]/mL=m[iU]/L [iU]/mL=k[iU]/L'
  )
    .split(' ')
    .map((pair) => pair.split('=') as [string, string]),
);

/** `x10E3`, `10^3`, `10e3`: a power of ten. */
const POWER = /^x?10(?:[eE^*]|\*\*)(\d{1,2})$/;
const BETWEEN_PARTS = /([/.()])/;

function part(text: string): string {
  const power = POWER.exec(text);
  return power === null ? (PARTS.get(text) ?? text) : `10*${power[1] ?? ''}`;
}

/** The UCUM text for what a source wrote; what is not known here stays as it is. */
export function ucumText(written: string): string {
  const tidy = written.includes('{') ? written.trim() : written.replace(/\s+/g, '').replace(/[µμ]/g, 'u');
  const text = tidy.split(BETWEEN_PARTS).map(part).join('');
  return WHOLE.get(text) ?? text;
}
