const MAX_NAMES = 20;

/** In 2.0.1 the station names its transactions; inside they have the numbers of 1.6. */
export interface TransactionNames {
  idOf(name: string): number | undefined;
  nameOf(id: unknown): string | undefined;
  remember(name: string, id: number): void;
}

export function createTransactionNames(): TransactionNames {
  const ids = new Map<string, number>();
  return {
    idOf: (name) => ids.get(name),
    nameOf(id) {
      for (const [name, known] of ids) if (known === id) return name;
      return undefined;
    },
    remember(name, id) {
      ids.delete(name);
      ids.set(name, id);
      const oldest = ids.keys().next();
      if (ids.size > MAX_NAMES && !oldest.done) ids.delete(oldest.value);
    },
  };
}
