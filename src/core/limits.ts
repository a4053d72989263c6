/** Every limit on the charge current; the smallest wins and is named. */
export type LimitName =
  | "wallbox_rating"
  | "cable"
  | "main_fuse"
  | "site_import"
  | "grid_operator"
  | "configured_maximum"
  | "user_maximum"
  | "failsafe";
