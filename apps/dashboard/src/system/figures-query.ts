import { queryOptions } from '@tanstack/react-query';
import { api } from '../api/client.ts';

/** Ten minutes of figures. For administrators. */
export const figuresQuery = queryOptions({
  queryKey: ['figures'],
  queryFn: ({ signal }) => api.system.figures({ signal }),
});
