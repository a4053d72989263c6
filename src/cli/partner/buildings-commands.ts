import {
  buildingCreateSchema,
  buildingUpdateSchema,
  createBuilding,
  getBuilding,
  listBuildings,
  type PartnerBuilding,
  updateBuilding,
} from "../../partner/buildings.ts";
import { EXIT } from "../../service/exit-codes.ts";
import type { Command } from "../command.ts";
import { fieldOptions, fieldProblems, givenFields } from "./field-options.ts";
import { type Column, outputOptions, printRecord, printRows } from "./output.ts";
import { failed, misused, sessionOptions, withPartner } from "./session.ts";
import { changedFields } from "./user-changes.ts";

const columns: readonly Column<PartnerBuilding>[] = [
  { title: "id", cell: ({ id }) => id },
  { title: "name", cell: ({ name }) => name },
  { title: "type", cell: ({ property_type }) => property_type },
  { title: "street", cell: ({ street_and_number }) => street_and_number },
  { title: "zip", cell: ({ zip_code }) => zip_code },
  { title: "town", cell: ({ town }) => town },
  { title: "country", cell: ({ country }) => country },
  { title: "photovoltaic", cell: ({ photovoltaic }) => photovoltaic },
];

export const buildingsListCommand: Command = {
  options: { ...outputOptions, ...sessionOptions },
  positionals: { usage: "USER_ID", min: 1, max: 1 },
  example: "hems-edge partner buildings list USER_ID",
  run: (input) =>
    withPartner(input, async ({ api }) => {
      const buildings = await api.call(listBuildings(input.positionals[0] ?? ""));
      if (!buildings.ok) return failed(input, buildings.error);
      printRows(input, buildings.value, columns);
      return EXIT.ok;
    }),
};

export const buildingsAddCommand: Command = {
  options: { ...fieldOptions(buildingCreateSchema), json: { summary: "Print JSON." }, ...sessionOptions },
  positionals: { usage: "USER_ID", min: 1, max: 1 },
  example: "hems-edge partner buildings add USER_ID --name Home --property-type Detached --photovoltaic true",
  async run(input) {
    const fields = buildingCreateSchema.safeParse(givenFields(buildingCreateSchema, input));
    if (!fields.success) return misused(input, fieldProblems(fields.error));
    const [userId = ""] = input.positionals;
    return withPartner(input, async ({ write }) => {
      const entry = { action: "buildings.add", target: userId, after: fields.data };
      const created = await write(createBuilding(userId, fields.data), entry);
      if (!created.ok) return failed(input, created.error);
      printRecord(input, created.value);
      return EXIT.ok;
    });
  },
};

export const buildingsUpdateCommand: Command = {
  options: { ...fieldOptions(buildingUpdateSchema), json: { summary: "Print JSON." }, ...sessionOptions },
  positionals: { usage: "USER_ID BUILDING_ID", min: 2, max: 2 },
  example: "hems-edge partner buildings update USER_ID BUILDING_ID --town Graz",
  async run(input) {
    const fields = buildingUpdateSchema.safeParse(givenFields(buildingUpdateSchema, input));
    if (!fields.success) return misused(input, fieldProblems(fields.error));
    const [userId = "", buildingId = ""] = input.positionals;
    return withPartner(input, async ({ api, write }) => {
      const building = await api.call(getBuilding(userId, buildingId));
      if (!building.ok) return failed(input, building.error);
      const updated = await write(updateBuilding(userId, buildingId, fields.data), {
        action: "buildings.update",
        target: buildingId,
        ...changedFields(building.value, fields.data),
      });
      if (!updated.ok) return failed(input, updated.error);
      printRecord(input, updated.value);
      return EXIT.ok;
    });
  },
};
