/** All that the page says by itself, in one language. */
export interface Words {
  readonly [key: string]: string;
}
