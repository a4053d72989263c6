import {
  createUser,
  getUser,
  listUsers,
  type PartnerUser,
  USER_ROLES,
  updateUser,
  userCreateSchema,
  userUpdateSchema,
} from "../../partner/users.ts";
import { EXIT } from "../../service/exit-codes.ts";
import type { Command } from "../command.ts";
import { createOptionReader } from "../simulate/option-reader.ts";
import { fieldOptions, fieldProblems, givenFields } from "./field-options.ts";
import { type Column, outputOptions, printRecord, printRows } from "./output.ts";
import { failed, misused, sessionOptions, withPartner } from "./session.ts";
import { changedFields } from "./user-changes.ts";

const userColumns: readonly Column<PartnerUser>[] = [
  { title: "id", cell: ({ id }) => id },
  { title: "email", cell: ({ email }) => email },
  { title: "role", cell: ({ role }) => role },
  { title: "first_name", cell: ({ first_name }) => first_name },
  { title: "last_name", cell: ({ last_name }) => last_name },
  { title: "town", cell: ({ town }) => town },
  { title: "country", cell: ({ country }) => country },
  { title: "external_user_id", cell: ({ external_user_id }) => external_user_id },
];

/** The API filters nothing, so it is done here: every word must stand in mail, name or external id. */
export function matchingUsers(
  users: readonly PartnerUser[],
  filter: { readonly role?: string | undefined; readonly search?: string | undefined },
): readonly PartnerUser[] {
  const words = (filter.search ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  return users.filter((user) => {
    const { email, first_name, last_name, external_user_id } = user;
    const text = [email, first_name, last_name, external_user_id].join(" ").toLowerCase();
    return (
      (filter.role === undefined || user.role === filter.role) && words.every((word) => text.includes(word))
    );
  });
}

export const usersListCommand: Command = {
  options: {
    role: { summary: `Only this role: ${USER_ROLES.join(", ")}.`, placeholder: "ROLE" },
    search: { summary: "Only users with this text in mail, name or external id.", placeholder: "TEXT" },
    "include-deleted": { summary: "Also users that were deleted." },
    ...outputOptions,
    ...sessionOptions,
  },
  example: "hems-edge partner users list --role user --search anna",
  async run(input) {
    const reader = createOptionReader(input);
    reader.choice("role", USER_ROLES, "user");
    const problem = reader.problem();
    if (problem !== undefined) return misused(input, problem);
    return withPartner(input, async ({ api }) => {
      const users = await api.call(listUsers({ includeDeleted: input.switches.has("include-deleted") }));
      if (!users.ok) return failed(input, users.error);
      printRows(input, matchingUsers(users.value, input.texts), userColumns);
      return EXIT.ok;
    });
  },
};

export const usersGetCommand: Command = {
  options: { json: outputOptions.json ?? { summary: "" }, ...sessionOptions },
  positionals: { usage: "USER_ID", min: 1, max: 1 },
  example: "hems-edge partner users get 497f6eca-6276-4993-bfeb-53cbbbba6f08",
  run: (input) =>
    withPartner(input, async ({ api }) => {
      const user = await api.call(getUser(input.positionals[0] ?? ""));
      if (!user.ok) return failed(input, user.error);
      printRecord(input, user.value);
      return EXIT.ok;
    }),
};

export const usersCreateCommand: Command = {
  options: { ...fieldOptions(userCreateSchema), json: { summary: "Print JSON." }, ...sessionOptions },
  example: "hems-edge partner users create --role user --email anna@example.com --external-user-id cust_1",
  async run(input) {
    const fields = userCreateSchema.safeParse({ role: "user", ...givenFields(userCreateSchema, input) });
    if (!fields.success) return misused(input, fieldProblems(fields.error));
    return withPartner(input, async ({ write }) => {
      const created = await write(createUser(fields.data), {
        action: "users.create",
        target: fields.data.external_user_id ?? "new",
        after: fields.data,
      });
      if (!created.ok) return failed(input, created.error);
      printRecord(input, created.value);
      return EXIT.ok;
    });
  },
};

export const usersUpdateCommand: Command = {
  options: { ...fieldOptions(userUpdateSchema), json: { summary: "Print JSON." }, ...sessionOptions },
  positionals: { usage: "USER_ID", min: 1, max: 1 },
  example: "hems-edge partner users update 497f6eca-6276-4993-bfeb-53cbbbba6f08 --town Graz --country AT",
  async run(input) {
    const fields = userUpdateSchema.safeParse(givenFields(userUpdateSchema, input));
    if (!fields.success) return misused(input, fieldProblems(fields.error));
    const [userId = ""] = input.positionals;
    return withPartner(input, async ({ api, write }) => {
      const user = await api.call(getUser(userId));
      if (!user.ok) return failed(input, user.error);
      const updated = await write(updateUser(userId, fields.data), {
        action: "users.update",
        target: userId,
        ...changedFields(user.value, fields.data),
      });
      if (!updated.ok) return failed(input, updated.error);
      printRecord(input, updated.value);
      return EXIT.ok;
    });
  },
};
