import { useState } from "preact/hooks";
import type { Access } from "../access.ts";
import { AnswerLine, useAnswer } from "../answer.tsx";
import { send } from "../api.ts";
import { say } from "../words.ts";
import { PasswordField } from "./password-field.tsx";

/** The way in from another machine: the password, or before there is one the gateway's set-up code. */
export function Login({ access, onDone }: { access: Access; onDone: () => void }) {
  const { text, ask } = useAnswer();
  const [code, setCode] = useState("");
  const [password, setPassword] = useState("");
  const isFirst = !access.has_password;

  async function submit(event: Event) {
    event.preventDefault();
    const isIn = isFirst
      ? await ask(send("POST", "/api/access/first-password", { code, password }))
      : await ask(send("POST", "/api/access/login", { password }));
    if (isIn) onDone();
  }

  return (
    <main class="login">
      <h2>{say(isFirst ? "login.first" : "login.title")}</h2>
      <form onSubmit={(event) => void submit(event)}>
        {isFirst ? (
          <>
            <p>{say("login.code.where")}</p>
            <p>
              <code>sudo hems-edge status</code>
            </p>
            <label>
              {say("login.code")}{" "}
              <input
                type="text"
                autocomplete="off"
                autocapitalize="characters"
                required
                value={code}
                onInput={(event) => setCode(event.currentTarget.value)}
              />
            </label>
          </>
        ) : null}
        <PasswordField
          label={isFirst ? "login.new" : "login.password"}
          kind={isFirst ? "new-password" : "current-password"}
          value={password}
          onInput={setPassword}
        />
        <button type="submit">{say(isFirst ? "login.set" : "login.in")}</button>
      </form>
      {isFirst ? null : <p class="word">{say("login.forgotten")}</p>}
      <AnswerLine text={text} />
    </main>
  );
}
