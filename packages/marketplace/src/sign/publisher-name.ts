/** Names of publishers are the beginnings of their plugins' ids: `com.example` may sign `com.example.*` alone. */
export const publisherPattern = /^[a-z0-9]+(?:[.-][a-z0-9]+){1,8}$/;
