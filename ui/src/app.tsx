import type { ComponentChild } from "preact";
import { useState } from "preact/hooks";
import { type Access, useAccess } from "./access.ts";
import { useLive } from "./live.ts";
import { AccessSection } from "./parts/access.tsx";
import { Day } from "./parts/day.tsx";
import { History } from "./parts/history.tsx";
import { Login } from "./parts/login.tsx";
import { Now } from "./parts/now.tsx";
import { System } from "./parts/system.tsx";
import { useSetUpNeed } from "./setup/need.ts";
import { SetUp } from "./setup/set-up.tsx";
import type { View } from "./wire.ts";
import { firstLanguage, type Language, say, speak } from "./words.ts";

const TABS = ["now", "day", "history", "system"] as const;
type Tab = (typeof TABS)[number];

speak(firstLanguage());

export function App() {
  const { access, refresh } = useAccess();
  const [language, setLanguage] = useState<Language>(firstLanguage());

  function switchLanguage() {
    const next = language === "de" ? "en" : "de";
    speak(next);
    setLanguage(next);
  }

  const languageButton = (
    <button type="button" class="quiet" lang={language === "de" ? "en" : "de"} onClick={switchLanguage}>
      {say("language")}
    </button>
  );
  if (access !== undefined && access.caller !== "nobody")
    return <Inside access={access} onAccess={refresh} languageButton={languageButton} />;
  return (
    <>
      <header>
        <h1>hems-edge</h1>
        {languageButton}
      </header>
      {access === undefined ? (
        <p role="status">{say("link.connecting")}</p>
      ) : (
        <Login access={access} onDone={refresh} />
      )}
    </>
  );
}

interface HouseProps {
  readonly access: Access;
  /** Who we are may have changed. */
  readonly onAccess: () => void;
  readonly languageButton: ComponentChild;
}

/** What the gateway wants of us first: to be set up, or nothing. */
function Inside(props: HouseProps) {
  const need = useSetUpNeed();
  if (need === undefined) return <House {...props} />;
  return (
    <>
      <header>
        <h1>hems-edge</h1>
        {props.languageButton}
        <p class="pill">{say("link.setup")}</p>
      </header>
      <SetUp first={need} />
    </>
  );
}

function House({ access, onAccess, languageButton }: HouseProps) {
  const { view, isLive } = useLive(onAccess);
  const [tab, setTab] = useState<Tab>(tabOfAddress());

  function show(next: Tab) {
    location.hash = next;
    setTab(next);
  }

  return (
    <>
      <header>
        <h1>
          hems-edge <span>{view?.site}</span>
        </h1>
        {languageButton}
        <p class={`pill ${isLive ? "live" : ""}`} role="status">
          {say(isLive ? "link.live" : view === undefined ? "link.connecting" : "link.offline")}
        </p>
      </header>
      <Alert view={view} isLive={isLive} />
      <nav aria-label="hems-edge">
        {TABS.map((name) => (
          <button
            key={name}
            type="button"
            aria-current={name === tab ? "page" : undefined}
            onClick={() => show(name)}
          >
            {say(`tab.${name}`)}
          </button>
        ))}
      </nav>
      <main class={isLive ? "" : "old"}>
        {view === undefined ? null : (
          <Content tab={tab} view={view} isLive={isLive} access={access} onAccess={onAccess} />
        )}
      </main>
      <footer>{view === undefined ? null : `hems-edge ${view.version}`}</footer>
    </>
  );
}

interface ContentProps extends Omit<HouseProps, "languageButton"> {
  readonly tab: Tab;
  readonly view: View;
  readonly isLive: boolean;
}

function Content({ tab, view, isLive, access, onAccess }: ContentProps) {
  switch (tab) {
    case "now":
      return <Now view={view} isLive={isLive} />;
    case "day":
      return <Day />;
    case "history":
      return <History now={view.state.ts} />;
    case "system":
      return (
        <>
          <System view={view} />
          <AccessSection access={access} onChanged={onAccess} />
        </>
      );
  }
}

function Alert({ view, isLive }: { view: View | undefined; isLive: boolean }) {
  if (view === undefined) return null;
  const refusal = view.partner?.rejected;
  const code = isLive ? view.health_warning?.code : "offline";
  return (
    <>
      {code === undefined ? null : (
        <p class="alert" role="alert">
          {say(`alert.${code}`)}
        </p>
      )}
      {refusal === null || refusal === undefined ? null : (
        <p class="alert" role="alert">
          {say("alert.refused", { reason: refusal })}
        </p>
      )}
    </>
  );
}

function tabOfAddress(): Tab {
  const name = location.hash.slice(1);
  return TABS.find((tab) => tab === name) ?? "now";
}
