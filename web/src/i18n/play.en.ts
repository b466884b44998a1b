/** English, of what is played for itself. */
export const play = {
  play: "Play",
  startOver: "Start over",
  title: "Player",
  position: "Position",
  of: (position: string, length: string) => `${position} of ${length}`,
  prepared: (until: string) => `Prepared up to ${until}`,
  preparedBy: (percent: number) => `Being prepared: ${percent} %`,
  slow: "What players cannot show as it is has to be converted first. It goes on by itself; the next time it is there.",
  onAt: (when: string, channel: string) => `${channel}, ${when}`,
  over: "That was it",
  again: "From the beginning",
  live: "To what is on now",
  toLibrary: "Back to the library",
  toGuide: "Back to the guide",
};
