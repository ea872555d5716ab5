"""The words of American addresses in the short form of USPS Publication 28, and the states."""

from __future__ import annotations

DIRECTIONS = {
    "north": "n", "south": "s", "east": "e", "west": "w", "northeast": "ne", "northwest": "nw", "southeast": "se",
    "southwest": "sw", "norte": "n", "sur": "s", "este": "e", "oeste": "w",
}  # fmt: skip
"""Publication 28, section 233 (directionals) and Spanish ones as section 29 has them."""

_SUFFIX_LINES = """
aly allee alley ally; anx anex annex annx; arc arcade; ave av aven avenu avenue avn avnue; byu bayoo bayou; bch beach;
bnd bend; blf bluf bluff; btm bot bottm bottom; blvd boul boulevard boulv blv; br brnch branch; brg brdge bridge; brk brook;
byp bypa bypas bypass byps; cp camp cmp; cyn canyn canyon cnyn; cpe cape; cswy causeway causwa; ctr cen cent center centr
centre cnter cntr; cir circ circl circle crcl crcle; clf cliff; clb club; cmn common; cor corner; crse course; ct court crt;
cts courts; cv cove; crk creek; cres crescent crsent crsnt; crst crest; xing crossing crssng; xrd crossroad; curv curve;
dl dale; dm dam; dr driv drive drv; dv divide div; est estate; ests estates; expy exp expr express expressway expw;
ext extension extn extnsn; fall; fls falls; fry ferry frry; fld field; flds fields; flt flat; flts flats; frd ford;
frst forest forests; frg forge forg; frk fork; frks forks; ft fort frt; fwy freeway freewy frway frwy; gdn garden gardn grden
grdn; gdns gardens grdns; gtwy gateway gatewy gatway gtway; gln glen; grn green; grv grov grove; hbr harb harbor harbr hrbor;
hvn haven; hts heights ht; hwy highway highwy hiway hiwy hway; hl hill; hls hills; holw hllw hollow hollows holws; inlt inlet;
is island islnd; isle isles; jct jction jctn junction junctn juncton; ky key; kys keys; knl knoll knol; knls knolls;
lk lake; lks lakes; land; lndg landing lndng; ln lane la; lgt light; lf loaf; lck lock; ldg lodge ldge lodg; loop loops;
mall; mnr manor; mdw meadow; mdws meadows medows mdw; ml mill; mls mills; msn mission missn mssn; mtwy motorway;
mt mount mnt; mtn mountain mntain mntn mountin mtin; nck neck; orch orchard orchrd; oval ovl; opas overpass; park prk parks;
pkwy parkway parkwy pkway pky parkways pkwys; pass; psge passage; path paths; pike pikes; pne pine; pnes pines;
pl place; pln plain; plns plains; plz plaza plza; pt point; pts points; prt port; pr prairie prr; radl radial rad radiel;
ramp; rnch ranch ranches rnchs; rpd rapid; rpds rapids; rst rest; rdg ridge rdge; rdgs ridges; riv river rvr rivr;
rd road; rds roads; rte route; row; rue; run; shl shoal; shls shoals; shr shoar shore; shrs shores shoars; skwy skyway;
spg spring spng sprng; spgs springs spngs sprngs; spur spurs; sq square sqr sqre squ; sqs squares; sta station statn stn;
stra strav straven stravenue stravn strvn strvnue; strm stream streme; st street strt str; sts streets; smt summit sumit sumitt;
ter terr terrace; trwy throughway; trce trace traces; trak track tracks trk trks; trfy trafficway; trl trail trails trls;
trlr trailer trlrs; tunl tunel tunls tunnel tunnels tunnl; tpke trnpk turnpike turnpk; upas underpass; un union; vly valley
vally vlly; via vdct viaduct viadct; vw view; vws views; vlg vill villag village villg villiage; vlgs villages; vl ville;
vis vist vista vst vsta; walk walks; wall; way wy; ways; wl well; wls wells;
"""
SUFFIXES = {word: forms.split()[0] for forms in _SUFFIX_LINES.replace("\n", " ").split(";") for word in forms.split()}
"""Publication 28, appendix C1: each common form of a street suffix and the one that the Postal Service asks for."""

_UNIT_LINES = """
apt apartment apmt aptmt apto departamento depto; bldg building; bsmt basement; dept department; fl floor flr; frnt front;
hngr hangar; key; lbby lobby; lot; lowr lower; ofc office; ph penthouse; pier; rear; rm room; side; slip; spc space;
ste suite; stop; trlr trailer; unit; uppr upper; # no num number
"""
UNITS = {word: forms.split()[0] for forms in _UNIT_LINES.split(";") for word in forms.split()}
"""Publication 28, appendix C2 (secondary unit designators), and Spanish words for apartment."""

UNITS_WITHOUT_NUMBER = frozenset({"bsmt", "frnt", "lbby", "lowr", "ofc", "ph", "rear", "side", "uppr"})
"""Designators that stand alone (Publication 28, section 213.1)."""

SPANISH_STREETS = {
    "calle": "calle", "cll": "calle", "avenida": "avenida", "avda": "avenida", "camino": "camino", "carretera": "carretera",
    "carr": "carretera", "paseo": "paseo", "via": "via", "urbanizacion": "urb", "urb": "urb", "residencial": "res",
    "condominio": "cond", "cond": "cond", "edificio": "edif", "edif": "edif",
}  # fmt: skip
"""Publication 28, sections 29 and appendix H (Puerto Rico): the word stands before the name and is not translated."""

ORDINALS = {
    "first": "1st", "second": "2nd", "third": "3rd", "fourth": "4th", "fifth": "5th", "sixth": "6th", "seventh": "7th",
    "eighth": "8th", "ninth": "9th", "tenth": "10th", "eleventh": "11th", "twelfth": "12th",
}  # fmt: skip
"""Numbered streets are written with digits by most lists; Publication 28, section 234 leaves it to the street sign."""

HIGHWAYS = {
    "county": "county", "co": "county", "cnty": "county", "state": "state", "us": "us", "interstate": "interstate",
    "ranch": "ranch", "farm": "farm", "fm": "farm", "rm": "ranch",
}  # fmt: skip
"""First words of numbered roads (Publication 28, appendix F)."""

CITY_WORDS = {"st": "saint", "ste": "sainte", "ft": "fort", "mt": "mount", "mtn": "mountain", "pt": "point", "hts": "heights",
              "spgs": "springs", "twp": "township", "vlg": "village", "jct": "junction", "bch": "beach", "n": "north",
              "s": "south", "e": "east", "w": "west", "hls": "hills", "lk": "lake", "pk": "park", "cty": "city"}  # fmt: skip
"""Publication 28, section 222: a city is spelled out; these are the abbreviations that lists use."""

_STATES = """
al alabama; ak alaska; az arizona; ar arkansas; ca california; co colorado; ct connecticut; de delaware; dc district of columbia;
fl florida; ga georgia; hi hawaii; id idaho; il illinois; in indiana; ia iowa; ks kansas; ky kentucky; la louisiana; me maine;
md maryland; ma massachusetts; mi michigan; mn minnesota; ms mississippi; mo missouri; mt montana; ne nebraska; nv nevada;
nh new hampshire; nj new jersey; nm new mexico; ny new york; nc north carolina; nd north dakota; oh ohio; ok oklahoma; or oregon;
pa pennsylvania; ri rhode island; sc south carolina; sd south dakota; tn tennessee; tx texas; ut utah; vt vermont; va virginia;
wa washington; wv west virginia; wi wisconsin; wy wyoming; as american samoa; gu guam; mp northern mariana islands;
pr puerto rico; vi virgin islands; fm federated states of micronesia; mh marshall islands; pw palau
"""
STATES = {
    name.split(maxsplit=1)[1]: name.split(maxsplit=1)[0] for name in _STATES.replace("\n", " ").strip().split("; ")
} | {"calif": "ca", "fla": "fl", "penn": "pa", "penna": "pa", "mass": "ma", "conn": "ct", "tex": "tx", "wash": "wa",
     "ill": "il", "mich": "mi", "minn": "mn", "wisc": "wi", "tenn": "tn", "okla": "ok",
     "ore": "or", "ariz": "az", "colo": "co", "d c": "dc"}  # fmt: skip
"""Publication 28, appendix B, and the traditional abbreviations before it."""
STATE_CODES = frozenset(STATES.values())
