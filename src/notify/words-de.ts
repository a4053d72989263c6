import type { Words } from "./words.ts";

export const german: Words = {
  decimalMark: ",",
  limits: {
    main_fuse: "Hauptsicherung",
    site_import: "Bezugsgrenze",
    unbalance: "Schieflastgrenze",
    grid_operator: "Netzbetreiber",
  },
  meter_lost: {
    title: "Netzzähler",
    raised: "Der Netzzähler liefert keine Werte: Laden mit Sonne steht still.",
    cleared: "Der Netzzähler liefert wieder Werte.",
  },
  device_offline: {
    title: "{subject}",
    raised: "Das Gerät {subject} antwortet nicht.",
    cleared: "Das Gerät {subject} antwortet wieder.",
  },
  wallbox_lost: {
    title: "{subject}",
    raised: "Die Wallbox {subject} ist nicht verbunden: sie fällt von selbst auf ihren Notstrom zurück.",
    cleared: "Die Wallbox {subject} ist wieder verbunden.",
  },
  wallbox_faulted: {
    title: "{subject}",
    raised: "Die Wallbox {subject} meldet einen Fehler.",
    cleared: "Die Wallbox {subject} meldet keinen Fehler mehr.",
  },
  wallbox_not_following: {
    title: "{subject}",
    raised: "Das Auto an der Wallbox {subject} zieht mehr, als ihr gesagt wurde.",
    cleared: "Die Wallbox {subject} hält ihre Grenze wieder ein.",
  },
  safe_mode: {
    title: "Sicherer Betrieb",
    raised: "Das Gateway ist mehrmals abgestürzt: es lädt höchstens mit dem Notstrom.",
    cleared: "Das Gateway hat den sicheren Betrieb verlassen.",
  },
  limited_long: {
    title: "{subject}",
    raised: "Seit einer halben Stunde gebremst, weil eine Grenze erreicht ist: {subject}.",
    cleared: "Nicht mehr gebremst: {subject}.",
  },
  operator_silent: {
    title: "Netzbetreiber",
    raised: "Vom Netzbetreiber ist nichts zu hören: die Notgrenze gilt.",
    cleared: "Vom Netzbetreiber ist wieder zu hören.",
  },
  deadline_at_risk: {
    title: "{subject}",
    raised: "Dem Auto an {subject} werden um {deadline} {kwh} kWh fehlen, auch wenn es ab jetzt lädt.",
    cleared: "Der Termin des Autos an {subject} ist nicht mehr in Gefahr.",
  },
  config_invalid: {
    title: "Konfiguration",
    raised: "Die geänderte Konfiguration wurde nicht übernommen, die alte gilt weiter: {problem}",
    cleared: "Die Konfiguration ist wieder gültig.",
  },
  partner_login_refused: {
    title: "Partner",
    raised:
      "Der Server des Partners nimmt unsere Anmeldung nicht an: Einstellungen der App erreichen das Haus nicht.",
    cleared: "Der Server des Partners nimmt unsere Anmeldung wieder an.",
  },
  partner_away: {
    title: "Partner",
    raised:
      "Der Server des Partners ist seit einer Stunde nicht erreichbar: die letzten Einstellungen gelten.",
    cleared: "Der Server des Partners ist wieder erreichbar.",
  },
  certificate_expiring: {
    title: "Zertifikat",
    raised: "Das Zertifikat {subject} endet in {days} Tagen: es braucht ein neues.",
    cleared: "Das Zertifikat {subject} wurde erneuert.",
  },
  record_failing: {
    title: "Aufzeichnung",
    raised: "Aufzeichnungen lassen sich nicht auf den Datenträger schreiben: ist er voll?",
    cleared: "Aufzeichnungen werden wieder auf den Datenträger geschrieben.",
  },
  session_finished: {
    title: "{subject}",
    event: "Das Auto an {subject} hat {kwh} kWh bekommen, {solar_pct} % davon von der Sonne.",
  },
  deadline_missed: {
    title: "{subject}",
    event: "Das Auto an {subject} war um {deadline} nicht fertig: ihm fehlen {kwh} kWh.",
  },
  gateway_updated: {
    title: "Update",
    event: "Auf dem Gateway läuft jetzt Version {version}, vorher {before}.",
  },
  test: { title: "Test", test: "Das ist ein Test: Benachrichtigungen kommen an." },
};
