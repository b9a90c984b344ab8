"""The words that the mini tokenizer knows as one or two tokens, grouped by the part of life they
come from.

The mini tasks write their texts with these words, so that a model of one million parameters spends
its capacity on the task and not on spelling. A word that is missing here still works: BPE spells
it.
"""

PEOPLE = "tom ana leo mia sam ivy max zoe ben eva".split()
THINGS = "apples pens coins books cards eggs shells stamps".split()
PARTS = (
    "rotor valve spring lens plate shaft gear sensor coil nozzle piston clutch magnet hinge "
    "socket filter mirror blade wheel bolt cable screen handle bearing washer tube fan pedal "
    "latch seal"
).split()
QUALITIES = "sealed copper hollow flat curved porous rigid soft heated magnetic".split()
DEVICES = (
    "pump engine camera heater drill printer oven scooter lamp kettle robot crane mixer".split()
)
PLACES = "north south east west central coast valley island hill river area zone city town".split()
MEASURES = (
    "sales cost staff units profit rating weight price month year revenue expense total volume "
    "amount score grade load mass date time period season people workers"
).split()
CHEMISTRY = (
    "hydroxyl amine thiol halo nitrile carboxyl aldehyde amide nitro benzene ring group "
    "molecule atom scaffold product reactants reaction ester acid hydrolysis coupling"
).split()
FINANCE = (
    "liquidity dividend inflation bond equity leverage hedge option future swap default yield "
    "duration beta alpha margin audit depreciation merger premium deficit portfolio collateral "
    "principal goodwill tariff recession volatility arbitrage annuity"
).split()
DEFINITIONS = (
    "ease of turning assets into cash how fast can be sold paid to holders from payout profit "
    "owners general rise prices loss money value debt paper with fixed coupon loan public left "
    "for minus use raise returns borrowing invest more trade that cuts risk position offsets "
    "right but no duty contract strike later settled daily on exchange two flows leg floating "
    "failure pay missed payment income over annual return change per rate average versus market "
    "slope against index above benchmark skill manager revenue part kept as gain check ledger "
    "outside review books spread life wear charged each firms become one union companies "
    "insurance fee cover spending below budget shortfall set held basket investments asset "
    "pledged security given lender sum borrowed start before interest fair intangible takeover "
    "tax imports border quarters falling output long drop size swings buy cheap here sell dear "
    "there series equal payments yearly sum"
).split()
ACTIONS = (
    "add plus subtract split by copy join last first second third drop end start cut at row "
    "what is find which of the and or in an it are has have get gets find compute see take keep "
    "remove delete replace attach swap turn into without count sort biggest smallest largest "
    "least most not found none yes no all both left rest shared packed boxes kids many "
    "remainder when divided equally mod claim prior art document paragraph text report note "
    "table column columns data question answer true false above below same other list call json "
    "label pick choose term means called give comprising allow reject cited novel combine known "
    "missing part parts plot bar line pie scatter mean difference between than highest lowest "
    "value day days year this thanks please mail phone write me final output code result so "
    "then now here"
).split()

WORDS = sorted(
    set(
        PEOPLE
        + THINGS
        + PARTS
        + QUALITIES
        + DEVICES
        + PLACES
        + MEASURES
        + CHEMISTRY
        + FINANCE
        + DEFINITIONS
        + ACTIONS
    )
)
"""Every word once, sorted, so that whatever is drawn from it depends on the seed alone."""

NOUNS = sorted(
    set(PEOPLE + THINGS + PARTS + QUALITIES + DEVICES + PLACES + MEASURES + CHEMISTRY + FINANCE)
)
"""Words that stand for things: what lookups, rows and labels are about."""
