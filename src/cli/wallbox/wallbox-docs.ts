import type { WallboxModel } from "../../../drivers/index.ts";

const INTRODUCTION = `# Wallboxes

Any wallbox that speaks OCPP 1.6J or 2.0.1 and takes charging profiles can be steered. Of the models below something is known, and
they are spoken to accordingly. A box is recognised by what it says when it boots; \`wallbox.model\` names it where
it does not, and \`wallbox.quirks\` corrects what is known ([config](config.md)).

How a box falls back when the gateway dies: **A** a floor beneath an expiring set point, **B** one profile that steps down,
**C** not at all: then the box's own largest current must be one that the house stands, because no fuse is protected through
it. \`hems-edge wallbox show\` says which one holds for yours, and \`hems-edge wallbox selftest\` proves it.

\`npm run bench:dead-man\` kills the daemon 20 times each with a simulated box of variant A and of variant B that charges at 16 A, spread
over the life of a set point, with a horizon of 90 s. Seen at the box: all 40 times its limit is at the floor of 6 A 89.7 to 90.1 s after
the last set point, and the current 7.9 s after that (5 s dead time of the box, 2 s ramp of the car, steps of 1 s). From the kill it takes 54 to
97 s, because the last set point may be up to half a horizon old.

What a box of variant C may draw for good is not promised to anybody else
([ADR 16](adr/0016-boxes-without-a-fallback.md)). It counts as C too when its self-test failed, or when it takes no limit at all. All such
boxes together get what the main fuse leaves beside \`site.house_reserve_a\` (half of the fuse where nothing is written) and beside the
failsafe current of every other box: the limit \`no_fallback\`. Once lost, such a box counts for good with what it was told last; one
that forgets its limits with the link counts with \`rated_current_a\`. A limit that the grid operator sends while the gateway is
dead cannot reach it.

None of this was measured by us: \`reported\` is what users and other projects wrote, \`documented\` what the maker or a
handbook says, \`assumed\` what relatives of the model suggest.

This page is generated from \`drivers/ocpp/models\`: \`npm run generate\`.
`;

/** The known models as Markdown. */
export function wallboxDocs(models: readonly WallboxModel[]): string {
  const rows = models.map(({ key, name, habits }) => `| ${name} | \`${key}\` | ${variant(habits)} |`);
  const table = ["| model | `wallbox.model` | falls back |", "|---|---|---|", ...rows, ""].join("\n");
  return [INTRODUCTION, table, ...models.map(section)].join("\n");
}

function variant({ firstPlan, keepsProfilesOffline }: WallboxModel["habits"]): string {
  if (keepsProfilesOffline === false || firstPlan === "plain") return "C";
  return firstPlan === "two_period" ? "B" : "A";
}

function section({ name, facts, advice, lacksSubprotocol }: WallboxModel): string {
  const lines = facts.map(({ text, maturity, source }) => `- ${text} (${maturity}: ${source})`);
  return [
    `## ${name}\n`,
    ...lines,
    ...(lacksSubprotocol ? ["- set `quirks.no_subprotocol: true`, or it cannot dial in"] : []),
    ...(advice === undefined ? [] : [`\n${advice}`]),
    "",
  ].join("\n");
}
