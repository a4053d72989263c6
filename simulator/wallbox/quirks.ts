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
  /** Gives no answer to a profile that counts from a time of day. */
  readonly neverAnswersAbsoluteProfiles: boolean;
  /** Rejects profiles that count from a time of day. */
  readonly relativeProfilesOnly: boolean;
  /** Starts no charge by itself: it takes a RemoteStart. */
  readonly needsRemoteStart: boolean;
  /** Rejects a RemoteStart until the cable was pulled. */
  readonly needsReplug: boolean;
  /** A limit of 0 is taken for the smallest current. */
  readonly ignoresZero: boolean;
  /** Says that it switches its phases and does not. */
  readonly ignoresNumberPhases: boolean;
  /** Closes the connection when it is pinged. */
  readonly hangsUpOnPing: boolean;
  /** Offers no subprotocol in its handshake. */
  readonly offersNoSubprotocol: boolean;
  /** Spells its configuration keys in lower case. */
  readonly lowerCaseKeys: boolean;
  /** Reboots when its whole configuration is asked for. */
  readonly rebootsWhenAskedForAll: boolean;
  /** Reboots when its measurands are changed. */
  readonly rebootsOnMeasurands: boolean;
  /** Sends values without their unit. */
  readonly sendsNoUnits: boolean;
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
  neverAnswersAbsoluteProfiles: false,
  relativeProfilesOnly: false,
  needsRemoteStart: false,
  needsReplug: false,
  ignoresZero: false,
  ignoresNumberPhases: false,
  hangsUpOnPing: false,
  offersNoSubprotocol: false,
  lowerCaseKeys: false,
  rebootsWhenAskedForAll: false,
  rebootsOnMeasurands: false,
  sendsNoUnits: false,
};
