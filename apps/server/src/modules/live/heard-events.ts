/** The webhooks that change anything here: an edge of this machine sends no others. */
export const heardEvents: readonly string[] = ['participant_joined', 'participant_left'];
