import { useEffect, useState } from "preact/hooks";
import type { Access } from "../access.ts";
import { AnswerLine, type Ask, useAnswer } from "../answer.tsx";
import { get, send } from "../api.ts";
import { dayAndTime } from "../format.ts";
import { say } from "../words.ts";
import { PasswordField } from "./password-field.tsx";

interface Token {
  readonly id: string;
  readonly name: string;
  readonly scope: string;
  readonly created: string;
}

const SCOPES = ["read", "control", "admin"] as const;

/** The password, and tokens for programs. */
export function AccessSection({ access, onChanged }: { access: Access; onChanged: () => void }) {
  return (
    <section aria-labelledby="access-title">
      <h2 id="access-title">{say("head.access")}</h2>
      <div class="cards">
        <Password access={access} onChanged={onChanged} />
        <Tokens />
      </div>
    </section>
  );
}

function Password({ access, onChanged }: { access: Access; onChanged: () => void }) {
  const { text, ask } = useAnswer();
  const [current, setCurrent] = useState("");
  const [password, setPassword] = useState("");
  const needsCurrent = access.has_password && access.caller !== "local";

  async function submit(event: Event) {
    event.preventDefault();
    const body = needsCurrent ? { current, password } : { password };
    if (!(await ask(send("PUT", "/api/access/password", body)))) return;
    setCurrent("");
    setPassword("");
    onChanged();
  }

  async function leave() {
    await ask(send("POST", "/api/access/logout"));
    onChanged();
  }

  return (
    <article class="card good">
      <h3>{say("access.password")}</h3>
      <p class="word">{say(`access.caller.${access.caller}`)}</p>
      <form onSubmit={(event) => void submit(event)}>
        {needsCurrent ? (
          <PasswordField
            label="access.current"
            kind="current-password"
            value={current}
            onInput={setCurrent}
          />
        ) : null}
        <PasswordField label="login.new" kind="new-password" value={password} onInput={setPassword} />
        <button type="submit">{say(access.has_password ? "access.change" : "login.set")}</button>
        {access.caller === "session" ? (
          <button type="button" class="quiet" onClick={() => void leave()}>
            {say("access.logout")}
          </button>
        ) : null}
      </form>
      <AnswerLine text={text} />
    </article>
  );
}

function Tokens() {
  const { text, ask } = useAnswer();
  const [tokens, setTokens] = useState<readonly Token[]>([]);

  async function read() {
    const answer = await get<{ tokens: Token[] }>("/api/access/tokens");
    if (answer.ok) setTokens(answer.value.tokens);
  }

  useEffect(() => void read(), []);

  async function revoke({ id, name }: Token) {
    if (!confirm(say("access.revoke.confirm", { name }))) return;
    await ask(send("DELETE", `/api/access/tokens/${id}`));
    await read();
  }

  return (
    <article class="card good">
      <h3>{say("access.tokens")}</h3>
      <p class="word">{say("access.tokens.what")}</p>
      <ul class="tokens">
        {tokens.map((token) => (
          <li key={token.id}>
            {token.name}, {say(`access.scope.${token.scope}`)}, {dayAndTime(token.created)}{" "}
            <button type="button" class="quiet" onClick={() => void revoke(token)}>
              {say("access.revoke", { name: token.name })}
            </button>
          </li>
        ))}
      </ul>
      <NewToken ask={ask} onMade={() => void read()} />
      <AnswerLine text={text} />
    </article>
  );
}

/** Makes a token, and shows it this once. */
function NewToken({ ask, onMade }: { ask: Ask; onMade: () => void }) {
  const [name, setName] = useState("");
  const [scope, setScope] = useState<string>("read");
  const [made, setMade] = useState("");

  async function submit(event: Event) {
    event.preventDefault();
    const question = send<{ token: string }>("POST", "/api/access/tokens", { name, scope });
    if (!(await ask(question))) return;
    const answer = await question;
    setMade(answer.ok ? answer.value.token : "");
    setName("");
    onMade();
  }

  return (
    <>
      <form onSubmit={(event) => void submit(event)}>
        <label>
          {say("access.name")}{" "}
          <input
            type="text"
            required
            maxLength={40}
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </label>
        <label>
          {say("access.scope")}{" "}
          <select value={scope} onInput={(event) => setScope(event.currentTarget.value)}>
            {SCOPES.map((each) => (
              <option key={each} value={each}>
                {say(`access.scope.${each}`)}
              </option>
            ))}
          </select>
        </label>
        <button type="submit">{say("access.make")}</button>
      </form>
      {made === "" ? null : (
        <p class="made" role="status">
          {say("access.made")} <code>{made}</code>
        </p>
      )}
    </>
  );
}
