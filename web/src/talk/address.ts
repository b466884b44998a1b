/** What the address of a conversation says besides which it is. */
export interface TalkAddress {
  /** The message that is to be seen. */
  readonly said?: number;
}

export function readTalkAddress({ said }: Readonly<Record<string, unknown>>): TalkAddress {
  const offset = Number(said);
  return Number.isSafeInteger(offset) && offset > 0 ? { said: offset } : {};
}
