import { useState } from "preact/hooks";
import { useLive } from "./live.ts";
import { Day } from "./parts/day.tsx";
import { History } from "./parts/history.tsx";
import { Now } from "./parts/now.tsx";
import { System } from "./parts/system.tsx";
import type { View } from "./wire.ts";
import { firstLanguage, type Language, say, speak } from "./words.ts";

const TABS = ["now", "day", "history", "system"] as const;
type Tab = (typeof TABS)[number];

speak(firstLanguage());

export function App() {
  const { view, isLive } = useLive();
  const [tab, setTab] = useState<Tab>(tabOfAddress());
  const [language, setLanguage] = useState<Language>(firstLanguage());

  function show(next: Tab) {
    location.hash = next;
    setTab(next);
  }

  function switchLanguage() {
    const next = language === "de" ? "en" : "de";
    speak(next);
    setLanguage(next);
  }

  return (
    <>
      <header>
        <h1>
          hems-edge <span>{view?.site}</span>
        </h1>
        <button type="button" class="quiet" lang={language === "de" ? "en" : "de"} onClick={switchLanguage}>
          {say("language")}
        </button>
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
        {view === undefined ? null : <Content tab={tab} view={view} isLive={isLive} />}
      </main>
      <footer>{view === undefined ? null : `hems-edge ${view.version}`}</footer>
    </>
  );
}

function Content({ tab, view, isLive }: { tab: Tab; view: View; isLive: boolean }) {
  switch (tab) {
    case "now":
      return <Now view={view} isLive={isLive} />;
    case "day":
      return <Day />;
    case "history":
      return <History now={view.state.ts} />;
    case "system":
      return <System view={view} />;
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
