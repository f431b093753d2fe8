/** Stands in for `react-style-singleton` (see vite.config.ts): same shape, injects nothing. */
export const styleSingleton = () => () => null;
export const stylesheetSingleton = () => ({ add: () => {}, remove: () => {} });
export const styleHookSingleton = () => () => {};
