import { useState } from "preact/hooks";
import { ask, send } from "../api.ts";
import { power } from "../format.ts";
import { say } from "../words.ts";
import { type Candidate, type ChosenDevice, powerOf, ROLES, type Role, rolesOf } from "./draft.ts";
import type { StepProps } from "./set-up.tsx";
import { Field, Step } from "./step.tsx";
import type { SetUpState } from "./wire.ts";

/** The gateway may ask a device for every driver that it knows, ms. */
const PROBE_TIMEOUT_MS = 100_000;
const MOST_SHOWN = 4;

/** Inverters and meters: found at an address, taken with what they measure, their signs checked in words. */
export function Devices({ draft, state, change }: StepProps) {
  const { devices } = draft;
  return (
    <Step number={2} name="devices" isDone={devices.some(({ roles }) => roles.includes("grid"))}>
      <p class="word">{say("setup.devices.what")}</p>
      {devices.map((device, index) => (
        <Taken
          key={`${device.host}:${device.port}:${device.found.unit}`}
          device={device}
          onChange={(next) => change({ devices: devices.map((other, at) => (at === index ? next : other)) })}
          onRemove={() => change({ devices: devices.filter((_, at) => at !== index) })}
        />
      ))}
      <Search
        devices={devices}
        state={state}
        onTake={(device) => change({ devices: [...devices, device] })}
      />
    </Step>
  );
}

interface SearchProps {
  readonly devices: readonly ChosenDevice[];
  readonly state: SetUpState;
  readonly onTake: (device: ChosenDevice) => void;
}

/** Asks at an address what answers there, and offers it. */
function Search({ devices, state, onTake }: SearchProps) {
  const [address, setAddress] = useState("");
  const [isAsking, setIsAsking] = useState(false);
  const [problem, setProblem] = useState("");
  const [found, setFound] = useState<readonly ChosenDevice[]>([]);

  async function probe(place: string) {
    setAddress(place);
    const at = placeOf(place);
    setIsAsking(true);
    setProblem("");
    setFound([]);
    const answer = await ask<{ found: readonly Candidate[] }>(
      "POST",
      "/api/setup/probe",
      at,
      PROBE_TIMEOUT_MS,
    );
    setIsAsking(false);
    if (!answer.ok) return setProblem(answer.detail || say("answer.failed"));
    if (answer.value.found.length === 0) setProblem(say("setup.devices.unknown"));
    setFound(answer.value.found.map((candidate) => offered(at, candidate, devices)));
  }

  function take(device: ChosenDevice) {
    onTake(device);
    setFound([]);
    setAddress("");
  }

  return (
    <>
      <form
        class="inline"
        onSubmit={(event) => {
          event.preventDefault();
          void probe(address);
        }}
      >
        <Field
          label="setup.devices.address"
          hint="setup.devices.address.hint"
          value={address}
          onInput={setAddress}
        />
        <button type="submit" disabled={isAsking || address.trim() === ""}>
          {say(isAsking ? "setup.devices.asking" : "setup.devices.ask")}
        </button>
      </form>
      <Scan state={state} onPlace={(place) => void probe(place)} />
      <p class="answer" role="status">
        {problem}
      </p>
      <ul class="offers">
        {found.slice(0, MOST_SHOWN).map((device) => (
          <Offer key={`${device.found.driver} ${device.found.unit}`} device={device} onTake={take} />
        ))}
      </ul>
    </>
  );
}

function Offer({ device, onTake }: { device: ChosenDevice; onTake: (device: ChosenDevice) => void }) {
  const { title, certainty, maturity } = device.found;
  return (
    <li class="card good">
      <b>{title}</b>
      <p class="word">
        {say(`setup.devices.${certainty}`)}
        {maturity === null ? "" : ` · ${maturity}`}
      </p>
      <Readings device={device} />
      <button type="button" class="main" onClick={() => onTake(device)}>
        {say("setup.devices.take")}
      </button>
    </li>
  );
}

/** What it measures that nobody else measures yet. */
function offered(
  place: { readonly host: string; readonly port: number },
  found: Candidate,
  devices: readonly ChosenDevice[],
): ChosenDevice {
  const all = rolesOf(found);
  const isFree = (role: Role) => !devices.some(({ roles }) => roles.includes(role));
  const free = all.filter(isFree);
  return { ...place, found, roles: free.length > 0 ? free : all, invert: [] };
}

function Taken(props: {
  device: ChosenDevice;
  onChange: (next: ChosenDevice) => void;
  onRemove: () => void;
}) {
  const { device, onChange, onRemove } = props;
  const { found, host, port, roles } = device;

  function toggleRole(role: Role) {
    const next = roles.includes(role) ? roles.filter((other) => other !== role) : [...roles, role];
    onChange({ ...device, roles: ROLES.filter((known) => next.includes(known)) });
  }

  return (
    <article class="card good">
      <h3>{found.title}</h3>
      <p class="word">
        {host}:{port} · {say("setup.devices.unit", { unit: found.unit })}
      </p>
      <fieldset class="chips">
        <legend>{say("setup.devices.measures")}</legend>
        {rolesOf(found).map((role) => (
          <button
            key={role}
            type="button"
            aria-pressed={roles.includes(role)}
            onClick={() => toggleRole(role)}
          >
            {say(`setup.role.${role}`)}
          </button>
        ))}
      </fieldset>
      <Readings device={device} onChange={onChange} />
      <button type="button" class="quiet" onClick={onRemove}>
        {say("setup.devices.remove")}
      </button>
    </article>
  );
}

/** Each power as a sentence, so that a person sees whether its sign is right. */
function Readings({ device, onChange }: { device: ChosenDevice; onChange?: (next: ChosenDevice) => void }) {
  function turn(role: Role) {
    const { invert } = device;
    const next = invert.includes(role) ? invert.filter((other) => other !== role) : [...invert, role];
    onChange?.({ ...device, invert: next });
  }

  return (
    <ul class="readings">
      {device.roles.map((role) => (
        <li key={role}>
          <span class="reading">{readingWords(role, powerOf(device, role))}</span>
          {onChange === undefined ? null : (
            <button
              type="button"
              class="quiet"
              aria-pressed={device.invert.includes(role)}
              onClick={() => turn(role)}
            >
              {say("setup.devices.turn", { role: say(`setup.role.${role}`) })}
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

function readingWords(role: Role, watts: number | null): string {
  if (watts === null) return say("setup.reading.none");
  const direction = Math.round(watts) === 0 ? "zero" : watts > 0 ? "positive" : "negative";
  return say(`setup.reading.${role}.${direction}`, { power: power(watts) });
}

/** Looks through a network of the gateway when asked to. */
function Scan({ state, onPlace }: { state: SetUpState; onPlace: (place: string) => void }) {
  const { networks, scan } = state;
  if (networks.length === 0) return null;
  if (scan?.is_running === true) {
    return (
      <p class="word">
        <progress value={scan.tried} max={Math.max(1, scan.total)} aria-label={say("setup.scan.running")} />{" "}
        {say("setup.scan.running")}{" "}
        <button type="button" class="quiet" onClick={() => send("DELETE", "/api/setup/scan")}>
          {say("setup.scan.stop")}
        </button>
      </p>
    );
  }
  return (
    <div class="chips">
      {networks.map((network) => (
        <button key={network} type="button" onClick={() => send("POST", "/api/setup/scan", { network })}>
          {say("setup.scan.start", { network })}
        </button>
      ))}
      {scan?.found.map(({ host, port }) => (
        <button
          key={`${host}:${port}`}
          type="button"
          class="found"
          onClick={() => onPlace(`${host}:${port}`)}
        >
          {host}:{port}
        </button>
      ))}
      {scan !== null && scan.found.length === 0 ? <span class="word">{say("setup.scan.none")}</span> : null}
    </div>
  );
}

const USUAL_PORT = 502;

/** `HOST` or `HOST:PORT`. */
function placeOf(text: string): { readonly host: string; readonly port: number } {
  const [host = "", port] = text.trim().split(":");
  return { host, port: port === undefined ? USUAL_PORT : Number(port) };
}
