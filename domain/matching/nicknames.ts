/**
 * Which given names are short for which: policy data, version with the weights. A nickname weighs less than the name, and never makes a pair
 * certain. A short name may stand for several long ones.
 */
const TABLE = `
abigail: abby abbie gail; alexander: alex al sandy xander sasha; alexandra: alex sandra sandy lexi sasha; alfred: al alf fred; allison: ali allie
amanda: mandy; andrew: andy drew; angela: angie; anne: ann anna annie nancy; anthony: tony; antoinette: toni; arthur: art artie; barbara: barb babs
benjamin: ben benny; bernard: bernie; beverly: bev; bradley: brad; cameron: cam; carolyn: carol carrie; catherine: kate katie cathy kathy kat kitty katherine kathryn
charles: charlie chuck chas; charlotte: charlie lottie; christian: chris; christina: chris tina chrissy; christine: chris chrissy tina; christopher: chris kit topher
clifford: cliff; constance: connie; cynthia: cindy; daniel: dan danny; danielle: dani; david: dave davey; deborah: deb debbie debra; dennis: denny; donald: don donny
dorothy: dot dottie dolly; douglas: doug; edward: ed eddie ted teddy ned; edwin: ed eddie; eleanor: ellie nell nora; elizabeth: liz lizzie beth betty eliza elsie libby lisa bess
emily: em emmy; emma: em emmy; eugene: gene; evelyn: evie; florence: flo; frances: fran franny; francis: frank fran; franklin: frank; frederick: fred freddie fritz
gabriel: gabe; gabrielle: gabby; geoffrey: geoff jeff; george: georgie; gerald: gerry jerry; gerard: gerry; gregory: greg; harold: harry hal; harriet: hattie
helen: nell ellen; henry: harry hank hal; herbert: herb bert; irene: rene; isabella: bella izzy; jacob: jake; jacqueline: jackie; james: jim jimmy jamie; janet: jan
jeffrey: jeff; jennifer: jen jenny; jeremy: jerry; jessica: jess jessie; joan: joanie; john: jack johnny jon; jonathan: jon jonny; joseph: joe joey; josephine: jo josie
joshua: josh; judith: judy; julia: julie; katherine: kate katie kathy kat kay kitty catherine kathryn; kenneth: ken kenny; kimberly: kim; lawrence: larry; leonard: len lenny leo
lillian: lily lil; louis: lou louie lewis; louise: lou; madeline: maddie; margaret: maggie meg peg peggy marge margie greta rita; maria: mary mia; martha: marty mattie; martin: marty
mary: molly polly mae mamie; matthew: matt; maureen: mo; maxwell: max; megan: meg; melissa: missy mel lissa; michael: mike mick mickey mikey; michelle: shelly; mildred: millie
mitchell: mitch; nathan: nate; nathaniel: nate nathan; nicholas: nick nicky; nicole: nikki nicky; norman: norm; olivia: liv livvy; oliver: ollie; pamela: pam; patricia: pat patty trish tricia patsy
patrick: pat paddy; peter: pete; philip: phil pip; priscilla: cilla; rachel: rae; raymond: ray; rebecca: becky becca; richard: rick rich dick ricky; robert: bob bobby rob robbie bert; roberta: bobbie
roger: rodge; ronald: ron ronnie; rosemary: rose rosie; russell: russ; samantha: sam sammy; samuel: sam sammy; sandra: sandy; sarah: sally sadie sara; sharon: shari; sophia: sophie; stanley: stan
stephanie: steph; stephen: steve stevie steven; steven: steve stevie; stuart: stu; susan: sue susie suzy; suzanne: sue suzy; sylvia: sylvie; teresa: terry tess theresa; terence: terry; theodore: ted teddy theo
thomas: tom tommy; timothy: tim timmy; valerie: val; victor: vic; victoria: vicky vicki tori; vincent: vince vinny; virginia: ginny ginger; walter: walt wally; wendy: gwendolyn; william: bill billy will willie liam
zachary: zach zack`;

const LONG_NAMES: ReadonlyMap<string, readonly string[]> = (() => {
  const table = new Map<string, string[]>();
  for (const entry of TABLE.split(/[;\n]/)) {
    const [long, short] = entry.split(':').map((part) => part.trim());
    if (long === undefined || short === undefined) continue;
    for (const name of [long, ...short.split(' ')]) table.set(name, [...(table.get(name) ?? []), long]);
  }
  return table;
})();

/** The names that a given name may be short for, itself among them where it is a long one; none where the table does not know it. */
export const longNamesOf = (given: string): readonly string[] => LONG_NAMES.get(given) ?? [];

/** The short names that a given name is called by. */
export const shortNamesOf = (given: string): readonly string[] =>
  [...LONG_NAMES]
    .filter(([, longs]) => longs.includes(given))
    .map(([name]) => name)
    .filter((name) => name !== given);
