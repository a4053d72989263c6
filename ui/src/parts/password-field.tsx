import { say } from "../words.ts";

/** A password to type, which the browser's password manager fills in or keeps. */
export function PasswordField(props: {
  label: string;
  kind: "current-password" | "new-password";
  value: string;
  onInput: (value: string) => void;
}) {
  const { label, kind, value, onInput } = props;
  return (
    <label>
      {say(label)}{" "}
      <input
        type="password"
        autocomplete={kind}
        required
        minLength={kind === "new-password" ? SHORTEST_PASSWORD : undefined}
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </label>
  );
}

/** The gateway refuses shorter ones. */
const SHORTEST_PASSWORD = 10;
