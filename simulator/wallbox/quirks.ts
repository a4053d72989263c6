/** What wallboxes in the field do against the specification; all off is a conforming box. */
export interface Quirks {
  /** SetChargingProfile gets no answer at all. */
  readonly neverAnswersSetChargingProfile: boolean;
  /** Rejects every stack level above 0, whatever ChargeProfileMaxStackLevel says. */
  readonly onlyStackLevelZero: boolean;
  readonly ignoresDuration: boolean;
  readonly ignoresValidTo: boolean;
  /** Rejects limits in amperes. */
  readonly wattsOnly: boolean;
  /** BootNotification only after power-up, as the specification asks and many central systems do not expect. */
  readonly noBootOnReconnect: boolean;
  /** Accepts profiles and charges as if there were none. */
  readonly ignoresAcceptedProfiles: boolean;
  /** Sends meter values without a transaction, under transaction 0. */
  readonly idleMeterValues: boolean;
  /** Answers every call only after this time. */
  readonly answerDelayMs: number;
  readonly losesProfilesOnLinkLoss: boolean;
  /** Rejects profiles while no transaction runs. */
  readonly rejectsProfilesWhenIdle: boolean;
  /** A limit below the minimum ends the transaction; charging again takes a RemoteStart or a replug. */
  readonly endsTransactionAtZero: boolean;
  /** The box's clock is off by this much and is never set. */
  readonly clockErrorMs: number;
}

export const CONFORMING: Quirks = {
  neverAnswersSetChargingProfile: false,
  onlyStackLevelZero: false,
  ignoresDuration: false,
  ignoresValidTo: false,
  wattsOnly: false,
  noBootOnReconnect: false,
  ignoresAcceptedProfiles: false,
  idleMeterValues: false,
  answerDelayMs: 0,
  losesProfilesOnLinkLoss: false,
  rejectsProfilesWhenIdle: false,
  endsTransactionAtZero: false,
  clockErrorMs: 0,
};
