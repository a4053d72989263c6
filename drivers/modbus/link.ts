/** A byte stream to a device, from the moment it is asked for. */
export interface Link {
  write(bytes: Buffer): void;
  /** Gives up at once, also while opening. No handler is called afterwards. */
  destroy(): void;
}

/** Told about one link. After `onDown`, which comes at most once, nothing follows. */
export interface LinkHandlers {
  onUp(): void;
  onData(chunk: Buffer): void;
  onDown(detail: string): void;
}

/** Starts to open a link and returns at once. It has no time limit of its own: the caller destroys it when late. */
export type OpenLink = (handlers: LinkHandlers) => Link;
