import { modelsAToF } from "./models-a-to-f.ts";
import { modelsGToO } from "./models-g-to-o.ts";
import { modelsSToZ } from "./models-s-to-z.ts";
import type { WallboxModel } from "./wallbox-model.ts";

/** Every model of which something is known, in the order of their names; the special before the general one. */
export const wallboxModels: readonly WallboxModel[] = [...modelsAToF, ...modelsGToO, ...modelsSToZ];

/** The model with this key. */
export function modelByKey(key: string): WallboxModel | undefined {
  return wallboxModels.find((model) => model.key === key);
}

/** The model that says this of itself in BootNotification; undefined for one that nobody told us about. */
export function modelByBoot(boot: {
  readonly vendor: string;
  readonly model: string;
}): WallboxModel | undefined {
  return wallboxModels.find(
    (known) => known.boot.vendor.test(boot.vendor) && (known.boot.model?.test(boot.model) ?? true),
  );
}
