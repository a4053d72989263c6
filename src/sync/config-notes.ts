import type { Logger } from "pino";
import type { ChargingConfig } from "../partner/charging-config.ts";

/** Tells the log once when what the Partner API warns of begins, and once when it is over. */
export interface ConfigNotes {
  see(config: ChargingConfig): void;
}

const BEGIN = {
  mode_conflict: "the user's charging devices have different modes: the user's own mode is followed",
  config_divergence: "the user's charging devices have different thresholds: those of the lever are followed",
} as const;

export function createConfigNotes(log: Logger): ConfigNotes {
  const active = { mode_conflict: false, config_divergence: false };
  let warning: string | undefined;

  function note(name: keyof typeof BEGIN, isActive: boolean): void {
    if (isActive === active[name]) return;
    active[name] = isActive;
    if (isActive) log.warn({ [name]: true }, BEGIN[name]);
    else log.info({ [name]: false }, "the user's charging devices agree again");
  }

  return {
    see({ mode_conflict, config_divergence, health_warning }) {
      note("mode_conflict", mode_conflict === true);
      note("config_divergence", config_divergence === true);
      const code = health_warning?.code.slice(0, 64);
      if (code === warning) return;
      warning = code;
      if (code === undefined) log.info("the Partner API's health warning is over");
      else log.warn({ code, since: health_warning?.since }, "the Partner API warns of the user's devices");
    },
  };
}
