import { isoUtc } from "../core/iso-time.ts";
import type { CertificateView, Stranger, WallboxCard, WallboxDesk } from "../ports/wallbox-card.ts";

const DAY_MS = 86_400_000;

/** All wallboxes and strangers as they go over the wire. */
export function wallboxesView(desk: WallboxDesk, nowWallMs: number) {
  return {
    wallboxes: desk.wallboxes.map((wallbox) => cardView(wallbox.card())),
    strangers: desk.strangers().map(strangerView),
    certificate: certificateView(desk.certificate(), nowWallMs),
  };
}

function cardView(card: WallboxCard) {
  return {
    name: card.name,
    identity: card.identity,
    is_connected: card.isConnected,
    protocol: card.protocol ?? null,
    vendor: card.vendor ?? null,
    model: card.model ?? null,
    firmware: card.firmware ?? null,
    serial: card.serial ?? null,
    known_as: card.knownAs ?? null,
    facts: card.facts,
    advice: card.advice ?? null,
    dead_man: deadManView(card.deadMan),
    smart_charging: smartChargingView(card.smartCharging),
    phases: {
      installed: card.phases.installed,
      supplied: card.phases.supplied ?? null,
      claims_switching: card.phases.claimsSwitching,
      can_switch: card.phases.canSwitch,
      test: testView(card.phases.test),
    },
    security: card.security,
    upstream:
      card.upstream === undefined
        ? null
        : {
            is_connected: card.upstream.isConnected,
            queued: card.upstream.queued,
            limit_a: card.upstream.limitA ?? null,
          },
    writes_today: card.writesToday,
    clock_error_s: card.clockErrorS ?? null,
    needs_replug: card.needsReplug,
    deviations: card.deviations,
  };
}

function deadManView(deadMan: WallboxCard["deadMan"]) {
  const { selfTest } = deadMan;
  return {
    variant: deadMan.variant,
    is_proven: deadMan.isProven,
    floor_a: deadMan.floorCurrentA,
    horizon_s: deadMan.horizonS,
    sentence: deadMan.sentence,
    self_test:
      selfTest === undefined
        ? null
        : {
            at: isoUtc(selfTest.atWallMs),
            outcome: selfTest.outcome,
            fell_to_a: selfTest.fellToA ?? null,
            detail: selfTest.detail,
          },
  };
}

function smartChargingView(smart: WallboxCard["smartCharging"]) {
  return {
    profile_kind: smart.profileKind,
    profile_purpose: smart.profilePurpose,
    rate_unit: smart.rateUnit,
    max_stack_level: smart.maxStackLevel ?? null,
    max_periods: smart.maxPeriods ?? null,
    max_profiles: smart.maxProfiles ?? null,
    feature_profiles: smart.featureProfiles,
    rate_units: smart.rateUnits,
    measurands: smart.measurands,
    available_measurands: smart.availableMeasurands,
    triggers: smart.triggers,
  };
}

function testView(test: WallboxCard["phases"]["test"]) {
  return test === undefined
    ? null
    : { at: isoUtc(test.atWallMs), can_switch: test.canSwitch, detail: test.detail };
}

/** Somebody who dialled and was refused, as it goes over the wire. */
export function strangerView(stranger: Stranger) {
  return {
    identity: stranger.identity,
    reason: stranger.reason,
    remote_address: stranger.remoteAddress,
    subprotocols: stranger.subprotocols,
    offers_password: stranger.offersPassword,
    is_encrypted: stranger.isEncrypted,
    attempts: stranger.attempts,
    last_seen: isoUtc(stranger.lastSeenWallMs),
  };
}

function certificateView(certificate: CertificateView | undefined, nowWallMs: number) {
  if (certificate === undefined) return null;
  const { subject, endsWallMs } = certificate;
  return { subject, ends: isoUtc(endsWallMs), ends_in_days: Math.floor((endsWallMs - nowWallMs) / DAY_MS) };
}
