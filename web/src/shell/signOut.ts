/** Leaves the station: the session on the server, the picture, and everything this page has read. */
import { api } from "../api/client";
import { authState, queryClient } from "../api/queries";
import { player } from "../playback";

export async function signOut(): Promise<void> {
  player.stop();
  try {
    await api.POST("/api/v1/auth/sign-out");
  } finally {
    queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== authState.queryKey[0] });
    await queryClient.invalidateQueries({ queryKey: authState.queryKey });
  }
}
