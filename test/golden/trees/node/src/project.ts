/** The project's own names: the one place in the code that holds them. */

export const DISPLAY_NAME = 'My Service';
export const SLUG = 'my-service';
export const API_PREFIX = '/api/v1';
