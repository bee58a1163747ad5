/** The annotation by which objects say which of Gardener's DNS controllers shall take them. */
export const DNS_CLASS = 'dns.gardener.cloud/class';
