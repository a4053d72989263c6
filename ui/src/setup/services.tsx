import { say } from "../words.ts";
import type { StepProps } from "./set-up.tsx";
import { Field, Step } from "./step.tsx";

/** Broker and partner account, where there are any. */
export function Services({ draft, change }: StepProps) {
  const { broker, partner } = draft;
  const setBroker = (part: Partial<typeof broker>) => change({ broker: { ...broker, ...part } });
  const setPartner = (part: Partial<typeof partner>) => change({ partner: { ...partner, ...part } });
  return (
    <Step number={4} name="services" isDone={broker.url !== "" || partner.baseUrl !== ""}>
      <p class="word">{say("setup.services.what")}</p>
      <details>
        <summary>{say("setup.services.broker")}</summary>
        <div class="fields">
          <Field
            label="setup.broker.url"
            hint="setup.broker.url.hint"
            value={broker.url}
            onInput={(url) => setBroker({ url })}
          />
          <Field label="setup.user" value={broker.username} onInput={(username) => setBroker({ username })} />
          <Field
            label="setup.password"
            isSecret
            value={broker.password}
            onInput={(password) => setBroker({ password })}
          />
        </div>
      </details>
      <details>
        <summary>{say("setup.services.partner")}</summary>
        <div class="fields">
          <Field
            label="setup.partner.url"
            hint="setup.partner.url.hint"
            value={partner.baseUrl}
            onInput={(baseUrl) => setPartner({ baseUrl })}
          />
          <Field label="setup.partner.org" value={partner.orgId} onInput={(orgId) => setPartner({ orgId })} />
          <Field
            label="setup.partner.user"
            value={partner.userId}
            onInput={(userId) => setPartner({ userId })}
          />
          <Field
            label="setup.user"
            value={partner.username}
            onInput={(username) => setPartner({ username })}
          />
          <Field
            label="setup.password"
            isSecret
            value={partner.password}
            onInput={(password) => setPartner({ password })}
          />
        </div>
      </details>
    </Step>
  );
}
