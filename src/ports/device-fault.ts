/** Why a device did not answer usefully. Operating errors are values; ports never reject. */
export type DeviceFault =
  | { readonly kind: "timeout"; readonly detail: string }
  | { readonly kind: "unreachable"; readonly detail: string }
  | { readonly kind: "refused"; readonly detail: string; readonly code: number | undefined }
  | { readonly kind: "protocol"; readonly detail: string }
  | { readonly kind: "implausible"; readonly detail: string };
