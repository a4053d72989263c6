import { useState } from "preact/hooks";
import type { Answer } from "./api.ts";
import { say } from "./words.ts";

/** Waits for an answer, and says whether it was a good one. */
export type Ask = (question: Promise<Answer<unknown>>) => Promise<boolean>;

/** The gateway's answer to what was asked last, and a way to ask. */
export function useAnswer(): { readonly text: string; readonly ask: Ask } {
  const [text, setText] = useState("");
  return {
    text,
    async ask(question) {
      const answer = await question;
      setText(answer.ok ? say("answer.done") : answer.detail || say("answer.failed"));
      return answer.ok;
    },
  };
}

export function AnswerLine({ text }: { text: string }) {
  return (
    <p class="answer" role="status">
      {text}
    </p>
  );
}
