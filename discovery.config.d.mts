import type { Plugin } from 'vite';

export const root: string;
export const componentsModule: () => string;
export const templatesModule: () => string;
export const packageModule: () => string;
export const discoveryForVite: () => Plugin;
