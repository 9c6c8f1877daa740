BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE cluster_entries (
	entry_id BIGINT NOT NULL, 
	cluster_id BIGINT NOT NULL, 
	joined_at BIGINT NOT NULL, 
	reason TEXT NOT NULL, 
	CONSTRAINT pk_cluster_entries PRIMARY KEY (entry_id), 
	CONSTRAINT fk_cluster_entries_cluster_id_clusters FOREIGN KEY(cluster_id) REFERENCES clusters (id), 
	CONSTRAINT fk_cluster_entries_entry_id_entries FOREIGN KEY(entry_id) REFERENCES entries (id)
);
CREATE TABLE clusters (
	id INTEGER NOT NULL, 
	entry_id BIGINT NOT NULL, 
	formed_at BIGINT NOT NULL, 
	CONSTRAINT pk_clusters PRIMARY KEY (id), 
	CONSTRAINT fk_clusters_entry_id_entries FOREIGN KEY(entry_id) REFERENCES entries (id)
);
CREATE TABLE counters (
	name TEXT NOT NULL, 
	value BIGINT NOT NULL, 
	CONSTRAINT pk_counters PRIMARY KEY (name)
);
INSERT INTO "counters" VALUES('entry',4);
INSERT INTO "counters" VALUES('fence',9);
INSERT INTO "counters" VALUES('generation',6);
INSERT INTO "counters" VALUES('ruling',1);
INSERT INTO "counters" VALUES('sequence',3);
CREATE TABLE emissions (
	sequence INTEGER NOT NULL, 
	entry_id BIGINT NOT NULL, 
	atom_id TEXT NOT NULL, 
	atom_key TEXT NOT NULL, 
	link TEXT, 
	language TEXT NOT NULL, 
	emitted_at BIGINT NOT NULL, 
	CONSTRAINT pk_emissions PRIMARY KEY (sequence), 
	CONSTRAINT fk_emissions_entry_id_entries FOREIGN KEY(entry_id) REFERENCES entries (id), 
	CONSTRAINT uq_emissions_atom_key UNIQUE (atom_key), 
	CONSTRAINT uq_emissions_entry_id UNIQUE (entry_id)
);
INSERT INTO "emissions" VALUES(1,1,'https://alpha.example/one','32KERFgNw95M4FoOaShJAA','https://alpha.example/one','en',1772366460000000);
INSERT INTO "emissions" VALUES(2,2,'https://alpha.example/two','TqLWeeYb3kIjiuMPpuhppw','https://alpha.example/two','ckb',1772366460000000);
INSERT INTO "emissions" VALUES(3,4,'https://beta.example/three','n2S0/kS80jVfQmvH1AcTsw','https://beta.example/three','en',1772366460000000);
CREATE TABLE entries (
	id INTEGER NOT NULL, 
	source_id TEXT NOT NULL, 
	feed_key TEXT NOT NULL, 
	guid TEXT NOT NULL, 
	identity TEXT NOT NULL, 
	text_digest TEXT NOT NULL, 
	title TEXT NOT NULL, 
	link TEXT, 
	language TEXT, 
	published_at BIGINT NOT NULL, 
	published_offset INTEGER NOT NULL, 
	updated_at BIGINT NOT NULL, 
	updated_offset INTEGER NOT NULL, 
	publisher_updated_at BIGINT, 
	first_seen_at BIGINT NOT NULL, 
	revision INTEGER NOT NULL, 
	ruling TEXT NOT NULL, 
	reasons TEXT NOT NULL, 
	ruling_id BIGINT, 
	sequence BIGINT, 
	withdrawn_at BIGINT, 
	awaiting_text_until BIGINT, 
	CONSTRAINT pk_entries PRIMARY KEY (id), 
	CONSTRAINT ck_entries_identity CHECK (identity IN ('guid', 'link', 'hash')), 
	CONSTRAINT ck_entries_ruling CHECK (ruling IN ('publish', 'hold', 'drop')), 
	CONSTRAINT fk_entries_source_id_feeds FOREIGN KEY(source_id, feed_key) REFERENCES feeds (source_id, feed_key)
);
INSERT INTO "entries" VALUES(1,'alpha','','https://alpha.example/one','guid','One, corrected','One, corrected','https://alpha.example/one','en',1772359260000000,180,1772370060000000,0,1772370060000000,1772366460000000,2,'publish','[]',NULL,1,NULL,NULL);
INSERT INTO "entries" VALUES(2,'alpha','','https://alpha.example/two','guid','هەواڵێک لە ڕۆژاڤاوە','هەواڵێک لە ڕۆژاڤاوە','https://alpha.example/two','ckb',1772362860000000,0,1772362860000000,0,NULL,1772366460000000,1,'publish','["ruled by Rojda: checked"]',1,2,NULL,NULL);
INSERT INTO "entries" VALUES(3,'alpha','','https://alpha.example/held','guid','Title of held','Title of held','https://alpha.example/held',NULL,1772362860000000,0,1772362860000000,0,NULL,1772366460000000,1,'hold','["language in doubt"]',NULL,NULL,NULL,NULL);
INSERT INTO "entries" VALUES(4,'beta','main','https://beta.example/three','guid','Title of three','Title of three','https://beta.example/three','en',1772362860000000,0,1772362860000000,0,NULL,1772366460000000,1,'publish','[]',NULL,3,NULL,NULL);
CREATE TABLE feeds (
	source_id TEXT NOT NULL, 
	feed_key TEXT NOT NULL, 
	candidates TEXT NOT NULL, 
	domain TEXT NOT NULL, 
	state TEXT NOT NULL, 
	meta TEXT, 
	enrolled_at BIGINT NOT NULL, 
	retired_at BIGINT, 
	next_due_at BIGINT NOT NULL, 
	not_before_at BIGINT, 
	stopped TEXT, 
	fence BIGINT, 
	lease_until BIGINT, 
	lease_owner TEXT, 
	visits BIGINT NOT NULL, 
	entries BIGINT NOT NULL, 
	newest_updated_at BIGINT, 
	CONSTRAINT pk_feeds PRIMARY KEY (source_id, feed_key)
);
INSERT INTO "feeds" VALUES('alpha','','["https://alpha.example/feed"]','alpha.example','{"source_id":"alpha","feed_key":"","candidate":0,"next_due":"2026-03-01T15:01:00+00:00","last_visit":"2026-03-01T14:01:00+00:00","failures":0,"guids_unreliable":false}','{"title":"Alpha","link":"https://alpha.example/"}',1772366400000000,NULL,1772377260000000,NULL,NULL,NULL,NULL,NULL,3,3,1772370060000000);
INSERT INTO "feeds" VALUES('beta','main','["https://beta.example/main"]','beta.example','{"source_id":"beta","feed_key":"main","candidate":0,"next_due":"2026-03-01T13:01:00+00:00","last_visit":"2026-03-01T12:01:00+00:00","failures":0,"guids_unreliable":false}',NULL,1772366400000000,NULL,1772370060000000,NULL,NULL,8,1772373960000000,'vm:21745',1,1,1772362860000000);
INSERT INTO "feeds" VALUES('beta','politics','["https://beta.example/politics"]','beta.example','{"source_id":"beta","feed_key":"politics","candidate":0,"next_due":"2026-03-01T13:01:00+00:00","last_visit":"2026-03-01T12:01:00+00:00","failures":0,"guids_unreliable":false}',NULL,1772366400000000,NULL,1772370060000000,NULL,NULL,9,1772373960000000,'vm:21745',1,0,1772362860000000);
INSERT INTO "feeds" VALUES('gone','','["https://gone.example/feed"]','gone.example','{"source_id":"gone","feed_key":"","candidate":0,"failures":0,"guids_unreliable":false}',NULL,1772366400000000,1772366460000000,0,NULL,NULL,NULL,NULL,NULL,0,0,NULL);
CREATE TABLE hosts (
	domain TEXT NOT NULL, 
	not_before BIGINT NOT NULL, 
	reason TEXT NOT NULL, 
	CONSTRAINT pk_hosts PRIMARY KEY (domain)
);
INSERT INTO "hosts" VALUES('alpha.example',1772384460000000,'Retry-After of https://feed.example/');
CREATE TABLE keys (
	source_id TEXT NOT NULL, 
	value TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	entry_id BIGINT NOT NULL, 
	digest TEXT NOT NULL, 
	CONSTRAINT pk_keys PRIMARY KEY (source_id, value), 
	CONSTRAINT ck_keys_kind CHECK (kind IN ('guid', 'address', 'same_story', 'sighting')), 
	CONSTRAINT fk_keys_entry_id_entries FOREIGN KEY(entry_id) REFERENCES entries (id)
)
 WITHOUT ROWID

;
INSERT INTO "keys" VALUES('alpha','/pM0p9PzZsVIk1sSMx7mTA','guid',1,'1:one2');
INSERT INTO "keys" VALUES('alpha','1duGy2LTR/M3tgGxkii7Uw','guid',2,'1:two');
INSERT INTO "keys" VALUES('alpha','S8GKcjo2+IlN6m8bSoaGNg','guid',3,'1:held');
INSERT INTO "keys" VALUES('alpha','eXe0vOEw7ZVLWZm9gjVx+w','address',1,'');
INSERT INTO "keys" VALUES('alpha','gwkCAvU/WZ8msA5EI0gHuQ','address',3,'');
INSERT INTO "keys" VALUES('alpha','pQSKvqFhlKDduBf2qAfeIA','address',2,'');
INSERT INTO "keys" VALUES('alpha','u6t0haTsZOX9ls3SwsgYUg','same_story',1,'');
INSERT INTO "keys" VALUES('beta','/SkozjiyX9mJ7czIMP2HOQ','sighting',4,'1:short');
INSERT INTO "keys" VALUES('beta','E3rrbqLXOJYyXWvOAwhntg','sighting',4,'1:three');
INSERT INTO "keys" VALUES('beta','Iuume+8eVBAp9PMTWzwJ4Q','guid',4,'');
INSERT INTO "keys" VALUES('beta','OnCmwZbK4lxfiUYTRQpFfg','address',4,'');
CREATE TABLE meta (
	name TEXT NOT NULL, 
	value TEXT NOT NULL, 
	CONSTRAINT pk_meta PRIMARY KEY (name)
);
INSERT INTO "meta" VALUES('created_at','1772366400000000');
CREATE TABLE revisions (
	entry_id BIGINT NOT NULL, 
	number INTEGER NOT NULL, 
	seen_at BIGINT NOT NULL, 
	kind TEXT NOT NULL, 
	content TEXT NOT NULL, 
	CONSTRAINT pk_revisions PRIMARY KEY (entry_id, number), 
	CONSTRAINT ck_revisions_kind CHECK (kind IN ('new', 'material', 'minor')), 
	CONSTRAINT fk_revisions_entry_id_entries FOREIGN KEY(entry_id) REFERENCES entries (id)
);
INSERT INTO "revisions" VALUES(1,1,1772366460000000,'new','{"key":{"source_id":"alpha","guid":"https://alpha.example/one"},"identity":"guid","digest":"1:one","address":"alpha.example/one","same_story":"story","link":"https://alpha.example/one","title":"Title of one","standfirst":"ھەواڵەکان","body":"<p>Nûçe</p>","published":"2026-03-01T13:01:00+03:00","updated":null,"byline":[{"name":"Zîn"}],"lead_image":{"url":"https://img.example/1.jpg","media_type":"image/jpeg"},"enclosures":[],"categories":["a","b"],"rights":null,"license":null,"language":"en","language_reason":"prior","origin":null}');
INSERT INTO "revisions" VALUES(2,1,1772366460000000,'new','{"key":{"source_id":"alpha","guid":"https://alpha.example/two"},"identity":"guid","digest":"1:two","address":"alpha.example/two","same_story":null,"link":"https://alpha.example/two","title":"هەواڵێک لە ڕۆژاڤاوە","standfirst":"ھەواڵەکان","body":"<p>Nûçe</p>","published":"2026-03-01T11:01:00+00:00","updated":null,"byline":[{"name":"Zîn"}],"lead_image":{"url":"https://img.example/1.jpg","media_type":"image/jpeg"},"enclosures":[],"categories":["a","b"],"rights":null,"license":null,"language":"ckb","language_reason":"prior","origin":null}');
INSERT INTO "revisions" VALUES(3,1,1772366460000000,'new','{"key":{"source_id":"alpha","guid":"https://alpha.example/held"},"identity":"guid","digest":"1:held","address":"alpha.example/held","same_story":null,"link":"https://alpha.example/held","title":"Title of held","standfirst":"ھەواڵەکان","body":"<p>Nûçe</p>","published":"2026-03-01T11:01:00+00:00","updated":null,"byline":[{"name":"Zîn"}],"lead_image":{"url":"https://img.example/1.jpg","media_type":"image/jpeg"},"enclosures":[],"categories":["a","b"],"rights":null,"license":null,"language":null,"language_reason":"prior","origin":null}');
INSERT INTO "revisions" VALUES(4,1,1772366460000000,'new','{"key":{"source_id":"beta","guid":"https://beta.example/three"},"identity":"guid","digest":"1:three","address":"beta.example/three","same_story":null,"link":"https://beta.example/three","title":"Title of three","standfirst":"ھەواڵەکان","body":"<p>Nûçe</p>","published":"2026-03-01T11:01:00+00:00","updated":null,"byline":[{"name":"Zîn"}],"lead_image":{"url":"https://img.example/1.jpg","media_type":"image/jpeg"},"enclosures":[],"categories":["a","b"],"rights":null,"license":null,"language":"en","language_reason":"prior","origin":null}');
INSERT INTO "revisions" VALUES(1,2,1772370060000000,'material','{"key":{"source_id":"alpha","guid":"https://alpha.example/one"},"identity":"guid","digest":"1:one2","address":"alpha.example/one","same_story":"story","link":"https://alpha.example/one","title":"One, corrected","standfirst":"ھەواڵەکان","body":"<p>Nûçe</p>","published":"2026-03-01T13:01:00+03:00","updated":"2026-03-01T13:01:00+00:00","byline":[{"name":"Zîn"}],"lead_image":{"url":"https://img.example/1.jpg","media_type":"image/jpeg"},"enclosures":[],"categories":["a","b"],"rights":null,"license":null,"language":"en","language_reason":"prior","origin":null}');
CREATE TABLE rulings (
	id INTEGER NOT NULL, 
	entry_id BIGINT NOT NULL, 
	ruling TEXT NOT NULL, 
	who TEXT NOT NULL, 
	why TEXT NOT NULL, 
	ruled_at BIGINT NOT NULL, 
	edits TEXT, 
	CONSTRAINT pk_rulings PRIMARY KEY (id), 
	CONSTRAINT ck_rulings_ruling CHECK (ruling IN ('publish', 'hold', 'drop')), 
	CONSTRAINT fk_rulings_entry_id_entries FOREIGN KEY(entry_id) REFERENCES entries (id)
);
INSERT INTO "rulings" VALUES(1,2,'publish','Rojda','checked',1772373660000000,NULL);
CREATE TABLE takedowns (
	id INTEGER NOT NULL, 
	target_kind TEXT NOT NULL, 
	target TEXT NOT NULL, 
	entry_id BIGINT, 
	who TEXT NOT NULL, 
	why TEXT NOT NULL, 
	taken_at BIGINT NOT NULL, 
	restored_at BIGINT, 
	CONSTRAINT pk_takedowns PRIMARY KEY (id), 
	CONSTRAINT ck_takedowns_target_kind CHECK (target_kind IN ('entry', 'address', 'text', 'source')), 
	CONSTRAINT fk_takedowns_entry_id_entries FOREIGN KEY(entry_id) REFERENCES entries (id)
);
CREATE TABLE visits (
	source_id TEXT NOT NULL, 
	feed_key TEXT NOT NULL, 
	slot INTEGER NOT NULL, 
	number BIGINT NOT NULL, 
	visited_at BIGINT NOT NULL, 
	url TEXT NOT NULL, 
	outcome TEXT NOT NULL, 
	status INTEGER, 
	received BIGINT NOT NULL, 
	new_entries INTEGER NOT NULL, 
	changed_entries INTEGER NOT NULL, 
	failure_kind TEXT, 
	failure_message TEXT, 
	flaws TEXT NOT NULL, 
	CONSTRAINT pk_visits PRIMARY KEY (source_id, feed_key, slot), 
	CONSTRAINT ck_visits_outcome CHECK (outcome IN ('changed', 'unchanged', 'failed')), 
	CONSTRAINT fk_visits_source_id_feeds FOREIGN KEY(source_id, feed_key) REFERENCES feeds (source_id, feed_key)
);
INSERT INTO "visits" VALUES('alpha','',1,1,1772366460000000,'https://feed.example/','changed',200,1000,3,0,NULL,NULL,'[]');
INSERT INTO "visits" VALUES('beta','main',1,1,1772366460000000,'https://feed.example/','changed',200,1000,1,0,NULL,NULL,'[]');
INSERT INTO "visits" VALUES('beta','politics',1,1,1772366460000000,'https://feed.example/','changed',200,1000,0,0,NULL,NULL,'[]');
INSERT INTO "visits" VALUES('alpha','',2,2,1772370060000000,'https://feed.example/','changed',200,1000,0,1,NULL,NULL,'[]');
INSERT INTO "visits" VALUES('alpha','',3,3,1772373660000000,'https://feed.example/','failed',429,1000,0,0,'rate-limited','429','[]');
CREATE INDEX ix_feeds_due ON feeds (next_due_at, source_id, feed_key);
CREATE INDEX ix_feeds_lease_until ON feeds (lease_until) WHERE lease_until IS NOT NULL;
CREATE INDEX ix_entries_pending ON entries (language, published_at, id) WHERE sequence IS NULL AND ruling = 'publish' AND withdrawn_at IS NULL;
CREATE INDEX ix_entries_held ON entries (source_id, feed_key) WHERE ruling = 'hold' AND withdrawn_at IS NULL;
CREATE INDEX ix_rulings_entry_id ON rulings (entry_id);
CREATE INDEX ix_takedowns_target ON takedowns (target);
CREATE INDEX ix_cluster_entries_cluster_id ON cluster_entries (cluster_id);
CREATE INDEX ix_emissions_language ON emissions (language, sequence);
COMMIT;
