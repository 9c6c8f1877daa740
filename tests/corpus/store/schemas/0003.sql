BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0003');
CREATE TABLE alternates (
	value TEXT NOT NULL, 
	sequence BIGINT NOT NULL, 
	CONSTRAINT pk_alternates PRIMARY KEY (value, sequence), 
	CONSTRAINT fk_alternates_sequence_emissions FOREIGN KEY(sequence) REFERENCES emissions (sequence)
)
 WITHOUT ROWID

;
INSERT INTO "alternates" VALUES('G3I4pq81jGamZ72WlZkfpw',1);
CREATE TABLE cluster_entries (
	entry_id BIGINT NOT NULL, 
	cluster_id BIGINT NOT NULL, 
	joined_at BIGINT NOT NULL, 
	reason TEXT NOT NULL, 
	CONSTRAINT pk_cluster_entries PRIMARY KEY (entry_id), 
	CONSTRAINT fk_cluster_entries_entry_id_entries FOREIGN KEY(entry_id) REFERENCES entries (id), 
	CONSTRAINT fk_cluster_entries_cluster_id_clusters FOREIGN KEY(cluster_id) REFERENCES clusters (id)
);
INSERT INTO "cluster_entries" VALUES(7,1,1772377260000000,'the first');
INSERT INTO "cluster_entries" VALUES(12,1,1772377260000000,'the same title and text within a day');
CREATE TABLE clusters (
	id INTEGER NOT NULL, 
	formed_at BIGINT NOT NULL, 
	original_id BIGINT, 
	CONSTRAINT pk_clusters PRIMARY KEY (id)
);
INSERT INTO "clusters" VALUES(1,1772377260000000,7);
CREATE TABLE corrections (
	sequence INTEGER NOT NULL, 
	corrected_at BIGINT NOT NULL, words_at BIGINT, 
	CONSTRAINT pk_corrections PRIMARY KEY (sequence), 
	CONSTRAINT fk_corrections_sequence_emissions FOREIGN KEY(sequence) REFERENCES emissions (sequence)
);
INSERT INTO "corrections" VALUES(1,1772373660000000,1772373660000000);
INSERT INTO "corrections" VALUES(6,1772380860000000,1772380860000000);
CREATE TABLE counters (
	name TEXT NOT NULL, 
	value BIGINT NOT NULL, 
	CONSTRAINT pk_counters PRIMARY KEY (name)
);
INSERT INTO "counters" VALUES('cluster',1);
INSERT INTO "counters" VALUES('compared',0);
INSERT INTO "counters" VALUES('entry',12);
INSERT INTO "counters" VALUES('fence',7);
INSERT INTO "counters" VALUES('generation',22);
INSERT INTO "counters" VALUES('ping',1);
INSERT INTO "counters" VALUES('ruling',4);
INSERT INTO "counters" VALUES('sequence',8);
INSERT INTO "counters" VALUES('series',19);
INSERT INTO "counters" VALUES('takedown',2);
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
INSERT INTO "emissions" VALUES(3,4,'https://beta.example/av','5AVzg3KfWcBz8H3qZNEeCw','https://beta.example/av','kmr',1772370060000000);
INSERT INTO "emissions" VALUES(4,5,'https://beta.example/dam','8Jgh75Owr80jjPejWmQCIg','https://beta.example/dam','en',1772370060000000);
INSERT INTO "emissions" VALUES(5,6,'https://alpha.example/down','wBh4fHoDvxG3L4jJaNUvKg','https://alpha.example/down','en',1772377260000000);
INSERT INTO "emissions" VALUES(6,7,'https://alpha.example/ours','WD6wwv91yJipSD95jPAEow','https://alpha.example/ours','en',1772377260000000);
INSERT INTO "emissions" VALUES(7,8,'https://alpha.example/back','Lft4/Q2QlP8Yyu+BzdgoNA','https://alpha.example/back','en',1772377260000000);
INSERT INTO "emissions" VALUES(8,11,'https://beta.example/copy','L1gZwCA5Vji/6qPXKaKBlQ','https://beta.example/copy','en',1772377260000000);
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
	awaiting_text_until BIGINT, withdrawn_why TEXT, takedown_id BIGINT, publish_at BIGINT, edits TEXT, shown_by BIGINT, 
	CONSTRAINT pk_entries PRIMARY KEY (id), 
	CONSTRAINT ck_entries_identity CHECK (identity IN ('guid', 'link', 'hash')), 
	CONSTRAINT ck_entries_ruling CHECK (ruling IN ('publish', 'hold', 'drop')), 
	CONSTRAINT fk_entries_source_id_feeds FOREIGN KEY(source_id, feed_key) REFERENCES feeds (source_id, feed_key)
);
INSERT INTO "entries" VALUES(1,'alpha','','https://alpha.example/one','guid','Title of one, corrected','Title of one, corrected','https://alpha.example/one','en',1772362860000000,0,1772362860000000,0,NULL,1772366460000000,2,'publish','[]',NULL,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "entries" VALUES(2,'alpha','','https://alpha.example/two','guid','هەواڵێک لە ڕۆژاڤاوە','هەواڵێک لە ڕۆژاڤاوە','https://alpha.example/two','ckb',1772362860000000,0,1772362860000000,0,NULL,1772366460000000,1,'publish','[]',NULL,2,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "entries" VALUES(3,'alpha','','https://alpha.example/held','guid','Title of held','Title of held','https://alpha.example/held',NULL,1772362860000000,0,1772362860000000,0,NULL,1772366460000000,1,'hold','["ruled by Rojda: so"]',1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "entries" VALUES(4,'beta','main','https://beta.example/av','guid','Title of av','Title of av','https://beta.example/av','kmr',1772366460000000,0,1772366460000000,0,NULL,1772370060000000,1,'publish','[]',NULL,3,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "entries" VALUES(5,'beta','main','https://beta.example/dam','guid','Title of dam','Title of dam','https://beta.example/dam','en',1772366460000000,0,1772366460000000,0,NULL,1772370060000000,1,'drop','["ruled by Rojda: so"]',2,4,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "entries" VALUES(6,'alpha','','https://alpha.example/down','guid','words','Title of down','https://alpha.example/down','en',1772373660000000,0,1772373660000000,0,NULL,1772377260000000,1,'publish','[]',NULL,5,1772380860000000,NULL,NULL,1,NULL,NULL,NULL);
INSERT INTO "entries" VALUES(7,'alpha','','https://alpha.example/ours','guid','Title of ours','Title of ours','https://alpha.example/ours','en',1772373660000000,0,1772380860000000,0,NULL,1772377260000000,2,'publish','[]',NULL,6,NULL,NULL,NULL,NULL,NULL,'{"title":"A second evening school","standfirst":""}',NULL);
INSERT INTO "entries" VALUES(8,'alpha','','https://alpha.example/back','guid','Title of back','Title of back','https://alpha.example/back','en',1772373660000000,0,1772373660000000,0,NULL,1772377260000000,1,'publish','[]',NULL,7,1772384460000000,NULL,'its page answers 410',NULL,NULL,NULL,NULL);
INSERT INTO "entries" VALUES(9,'alpha','','https://alpha.example/doubt','guid','Title of doubt','Title of doubt','https://alpha.example/doubt','ckb',1772373660000000,0,1772373660000000,0,NULL,1772377260000000,2,'hold','["language in doubt"]',NULL,NULL,NULL,NULL,NULL,NULL,NULL,'{"language":"ckb"}',NULL);
INSERT INTO "entries" VALUES(10,'alpha','','https://alpha.example/later','guid','Title of later','Title of later','https://alpha.example/later','en',1772377260000000,0,1772377260000000,0,NULL,1772377260000000,1,'publish','[]',NULL,NULL,NULL,NULL,NULL,NULL,1789657260000000,NULL,NULL);
INSERT INTO "entries" VALUES(11,'beta','main','https://beta.example/copy','guid','words','Title of copy','https://beta.example/copy','en',1772373660000000,0,1772373660000000,0,NULL,1772377260000000,1,'publish','[]',NULL,8,1772380860000000,NULL,NULL,1,NULL,NULL,NULL);
INSERT INTO "entries" VALUES(12,'beta','main','https://beta.example/same','guid','Title of same','Title of same','https://beta.example/same','en',1772373660000000,0,1772373660000000,0,NULL,1772377260000000,1,'publish','[]',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,7);
CREATE TABLE features (
	value TEXT NOT NULL, 
	entry_id BIGINT NOT NULL, 
	CONSTRAINT pk_features PRIMARY KEY (value, entry_id), 
	CONSTRAINT fk_features_entry_id_entries FOREIGN KEY(entry_id) REFERENCES entries (id)
)
 WITHOUT ROWID

;
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
INSERT INTO "feeds" VALUES('alpha','','["https://alpha.example/feed"]','alpha.example','{"source_id":"alpha","feed_key":"","candidate":0,"next_due":"2026-03-01T16:01:00+00:00","last_visit":"2026-03-01T15:01:00+00:00","failures":0,"guids_unreliable":false,"admitted":0}','{"title":"Alpha"}',1772366400000000,NULL,1772380860000000,NULL,NULL,NULL,NULL,NULL,3,8,1772377260000000);
INSERT INTO "feeds" VALUES('gone','','["https://gone.example/feed"]','gone.example','{"source_id":"gone","feed_key":"","candidate":0,"failures":0,"guids_unreliable":false,"admitted":0}',NULL,1772366400000000,1772384460000000,0,NULL,NULL,NULL,NULL,NULL,0,0,NULL);
INSERT INTO "feeds" VALUES('beta','main','["https://main.beta.example/main"]','main.beta.example','{"source_id":"beta","feed_key":"main","candidate":0,"next_due":"2026-03-01T16:01:00+00:00","last_visit":"2026-03-01T15:01:00+00:00","failures":0,"guids_unreliable":false,"admitted":0}',NULL,1772366400000000,NULL,1772380860000000,NULL,NULL,NULL,NULL,NULL,2,4,1772373660000000);
INSERT INTO "feeds" VALUES('beta','politics','["https://politics.beta.example/politics"]','politics.beta.example','{"source_id":"beta","feed_key":"politics","candidate":0,"failures":0,"guids_unreliable":false,"admitted":0}',NULL,1772366400000000,NULL,0,NULL,NULL,NULL,NULL,NULL,0,0,NULL);
CREATE TABLE hosts (
	domain TEXT NOT NULL, 
	not_before BIGINT NOT NULL, 
	reason TEXT NOT NULL, 
	CONSTRAINT pk_hosts PRIMARY KEY (domain)
);
INSERT INTO "hosts" VALUES('gone.example',1772470860000000,'Retry-After');
CREATE TABLE keys (
	source_id TEXT NOT NULL, 
	value TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	entry_id BIGINT NOT NULL, 
	digest TEXT NOT NULL, 
	CONSTRAINT pk_keys PRIMARY KEY (source_id, value), 
	CONSTRAINT ck_keys_kind CHECK (kind IN ('guid', 'address', 'same_story', 'sighting', 'text', 'title')), 
	CONSTRAINT fk_keys_entry_id_entries FOREIGN KEY(entry_id) REFERENCES entries (id)
)
 WITHOUT ROWID

;
INSERT INTO "keys" VALUES('alpha','/pM0p9PzZsVIk1sSMx7mTA','guid',1,'1:one2');
INSERT INTO "keys" VALUES('alpha','1duGy2LTR/M3tgGxkii7Uw','guid',2,'1:two');
INSERT INTO "keys" VALUES('alpha','37sXrn/tTBeFOQbt/z/CbA','guid',6,'1:down');
INSERT INTO "keys" VALUES('alpha','46twQj43/bvKwXF8S5Mn+A','address',10,'');
INSERT INTO "keys" VALUES('alpha','8x+Kxh8nQqHeb0OMCrBC5g','guid',9,'1:doubt');
INSERT INTO "keys" VALUES('alpha','HE8CNsalCgCKw99fljkJVg','text',6,'');
INSERT INTO "keys" VALUES('alpha','MsnI6DFokZjCXxKCAPY8gQ','guid',7,'1:ours');
INSERT INTO "keys" VALUES('alpha','S8GKcjo2+IlN6m8bSoaGNg','guid',3,'1:held');
INSERT INTO "keys" VALUES('alpha','WLLgY7Ari7BGglDL/M6NFA','address',9,'');
INSERT INTO "keys" VALUES('alpha','aFCZQ1HCU8KsZd6CzMoUhA','address',7,'');
INSERT INTO "keys" VALUES('alpha','eXe0vOEw7ZVLWZm9gjVx+w','address',1,'');
INSERT INTO "keys" VALUES('alpha','fK0CD32Ib+geFrCZeqnp4g','address',8,'');
INSERT INTO "keys" VALUES('alpha','gwkCAvU/WZ8msA5EI0gHuQ','address',3,'');
INSERT INTO "keys" VALUES('alpha','oUT1WbL/YfC1/eX7M54LSQ','guid',8,'1:back');
INSERT INTO "keys" VALUES('alpha','pQSKvqFhlKDduBf2qAfeIA','address',2,'');
INSERT INTO "keys" VALUES('alpha','r3N71HftY4IkgWWGHmAZnQ','address',6,'');
INSERT INTO "keys" VALUES('alpha','shIhyIBk6zwGoyjFcPgiCg','guid',10,'1:later');
INSERT INTO "keys" VALUES('beta','2ZTN2GI7gACTNC7oVXCwdg','address',11,'');
INSERT INTO "keys" VALUES('beta','3ERMfPSYrBLnBCiIsnb+Ag','guid',12,'');
INSERT INTO "keys" VALUES('beta','4XsNZ8z1NqN6cXyVDIMi4Q','guid',4,'');
INSERT INTO "keys" VALUES('beta','B95uSZbXRLtZTrl0xVkpIA','guid',5,'');
INSERT INTO "keys" VALUES('beta','FKrPxwsOs6g/G2A362+elg','sighting',11,'1:copy');
INSERT INTO "keys" VALUES('beta','G3I4pq81jGamZ72WlZkfpw','address',4,'');
INSERT INTO "keys" VALUES('beta','HE8CNsalCgCKw99fljkJVg','text',11,'');
INSERT INTO "keys" VALUES('beta','MYZ4l2w/4WMNtK3tKv6HkA','guid',11,'');
INSERT INTO "keys" VALUES('beta','O3IQPyiaah3se8jdqPbMXA','address',5,'');
INSERT INTO "keys" VALUES('beta','OM3kc45POk3/AmvyXSZ7aQ','sighting',4,'1:av');
INSERT INTO "keys" VALUES('beta','YhzGluwRc+wG7q1v/q+7dQ','address',12,'');
INSERT INTO "keys" VALUES('beta','gGBbLJAfpmfFP6+rhRlogw','sighting',5,'1:dam');
INSERT INTO "keys" VALUES('beta','xDq/O9ttQ2qIQ6Er+XbmhA','sighting',12,'1:same');
CREATE TABLE meta (
	name TEXT NOT NULL, 
	value TEXT NOT NULL, 
	CONSTRAINT pk_meta PRIMARY KEY (name)
);
INSERT INTO "meta" VALUES('created_at','1772366400000000');
INSERT INTO "meta" VALUES('published','theme 1');
CREATE TABLE outdated (
	sequence INTEGER NOT NULL, 
	generation BIGINT NOT NULL, 
	CONSTRAINT pk_outdated PRIMARY KEY (sequence), 
	CONSTRAINT fk_outdated_sequence_emissions FOREIGN KEY(sequence) REFERENCES emissions (sequence)
);
INSERT INTO "outdated" VALUES(1,10);
INSERT INTO "outdated" VALUES(4,12);
INSERT INTO "outdated" VALUES(5,19);
INSERT INTO "outdated" VALUES(6,17);
INSERT INTO "outdated" VALUES(7,22);
INSERT INTO "outdated" VALUES(8,19);
CREATE TABLE outlets (
	source_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	homepage TEXT, 
	added_at BIGINT NOT NULL, 
	CONSTRAINT pk_outlets PRIMARY KEY (source_id)
);
INSERT INTO "outlets" VALUES('hand-roj.example','Roj','https://roj.example/',1772377260000000);
CREATE TABLE page_checks (
	entry_id INTEGER NOT NULL, 
	due_at BIGINT NOT NULL, 
	gone_since BIGINT, 
	gone INTEGER NOT NULL, 
	CONSTRAINT pk_page_checks PRIMARY KEY (entry_id), 
	CONSTRAINT fk_page_checks_entry_id_entries FOREIGN KEY(entry_id) REFERENCES entries (id)
);
INSERT INTO "page_checks" VALUES(7,1772377260000000,1772377260000000,1);
CREATE TABLE picture_uses (
	"key" TEXT NOT NULL, 
	sequence BIGINT NOT NULL, 
	CONSTRAINT pk_picture_uses PRIMARY KEY ("key", sequence), 
	CONSTRAINT fk_picture_uses_key_pictures FOREIGN KEY("key") REFERENCES pictures ("key"), 
	CONSTRAINT fk_picture_uses_sequence_emissions FOREIGN KEY(sequence) REFERENCES emissions (sequence)
)
 WITHOUT ROWID

;
INSERT INTO "picture_uses" VALUES('yQbABeg/CC7WpjfxGlQkIw',1);
INSERT INTO "picture_uses" VALUES('rq3ed/I15BQ/6RtsHS3rsQ',2);
CREATE TABLE pictures (
	"key" TEXT NOT NULL, 
	url TEXT NOT NULL, 
	tries INTEGER NOT NULL, 
	due_at BIGINT, 
	path TEXT, 
	media_type TEXT, 
	length BIGINT, 
	width INTEGER, 
	height INTEGER, 
	CONSTRAINT pk_pictures PRIMARY KEY ("key")
)
 WITHOUT ROWID

;
INSERT INTO "pictures" VALUES('rq3ed/I15BQ/6RtsHS3rsQ','https://img.example/roj.jpg',1,1772373660000000,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "pictures" VALUES('yQbABeg/CC7WpjfxGlQkIw','https://img.example/dam.jpg',0,NULL,'images/0123456789abcdef0123.jpg','image/jpeg',20000,640,480);
CREATE TABLE pings (
	hub TEXT NOT NULL, 
	topic TEXT NOT NULL, 
	request BIGINT NOT NULL, 
	due_at BIGINT NOT NULL, 
	tries INTEGER NOT NULL, 
	CONSTRAINT pk_pings PRIMARY KEY (hub, topic)
)
 WITHOUT ROWID

;
INSERT INTO "pings" VALUES('https://hub.example/','https://news.example/en/atom.xml',1,1772370360000000,1);
INSERT INTO "pings" VALUES('https://hub.example/','https://news.example/ku/atom.xml',1,1772370060000000,0);
CREATE TABLE placed (
	edition TEXT NOT NULL, 
	language TEXT NOT NULL, 
	sequence BIGINT NOT NULL, 
	CONSTRAINT pk_placed PRIMARY KEY (edition, language)
)
 WITHOUT ROWID

;
INSERT INTO "placed" VALUES('en','en',8);
INSERT INTO "placed" VALUES('ku','ckb',2);
INSERT INTO "placed" VALUES('ku','kmr',3);
CREATE TABLE placements (
	series_id BIGINT NOT NULL, 
	position BIGINT NOT NULL, 
	sequence BIGINT NOT NULL, 
	corrected_at BIGINT, 
	withdrawn_at BIGINT, 
	CONSTRAINT pk_placements PRIMARY KEY (series_id, position), 
	CONSTRAINT fk_placements_sequence_emissions FOREIGN KEY(sequence) REFERENCES emissions (sequence), 
	CONSTRAINT fk_placements_series_id_series FOREIGN KEY(series_id) REFERENCES series (id), 
	CONSTRAINT uq_placements_series_id UNIQUE (series_id, sequence)
)
 WITHOUT ROWID

;
INSERT INTO "placements" VALUES(1,1,1,1772373660000000,NULL);
INSERT INTO "placements" VALUES(2,1,1,1772373660000000,NULL);
INSERT INTO "placements" VALUES(3,1,1,1772373660000000,NULL);
INSERT INTO "placements" VALUES(3,2,4,NULL,1772373660000000);
INSERT INTO "placements" VALUES(3,3,5,NULL,1772380860000000);
INSERT INTO "placements" VALUES(3,4,6,1772380860000000,NULL);
INSERT INTO "placements" VALUES(3,5,7,NULL,1772384460000000);
INSERT INTO "placements" VALUES(3,6,8,NULL,1772380860000000);
INSERT INTO "placements" VALUES(4,1,1,1772373660000000,NULL);
INSERT INTO "placements" VALUES(4,2,4,NULL,1772373660000000);
INSERT INTO "placements" VALUES(4,3,5,NULL,1772380860000000);
INSERT INTO "placements" VALUES(4,4,6,1772380860000000,NULL);
INSERT INTO "placements" VALUES(4,5,7,NULL,1772384460000000);
INSERT INTO "placements" VALUES(4,6,8,NULL,1772380860000000);
INSERT INTO "placements" VALUES(5,1,1,1772373660000000,NULL);
INSERT INTO "placements" VALUES(5,2,4,NULL,1772373660000000);
INSERT INTO "placements" VALUES(5,3,5,NULL,1772380860000000);
INSERT INTO "placements" VALUES(5,4,6,1772380860000000,NULL);
INSERT INTO "placements" VALUES(5,5,7,NULL,1772384460000000);
INSERT INTO "placements" VALUES(5,6,8,NULL,1772380860000000);
INSERT INTO "placements" VALUES(6,1,1,1772373660000000,NULL);
INSERT INTO "placements" VALUES(6,2,5,NULL,1772380860000000);
INSERT INTO "placements" VALUES(6,3,6,1772380860000000,NULL);
INSERT INTO "placements" VALUES(6,4,7,NULL,1772384460000000);
INSERT INTO "placements" VALUES(7,1,2,NULL,NULL);
INSERT INTO "placements" VALUES(8,1,2,NULL,NULL);
INSERT INTO "placements" VALUES(9,1,2,NULL,NULL);
INSERT INTO "placements" VALUES(9,2,3,NULL,NULL);
INSERT INTO "placements" VALUES(10,1,2,NULL,NULL);
INSERT INTO "placements" VALUES(11,1,2,NULL,NULL);
INSERT INTO "placements" VALUES(11,2,3,NULL,NULL);
INSERT INTO "placements" VALUES(12,1,2,NULL,NULL);
INSERT INTO "placements" VALUES(13,1,4,NULL,1772373660000000);
INSERT INTO "placements" VALUES(13,2,5,NULL,1772380860000000);
INSERT INTO "placements" VALUES(13,3,7,NULL,1772384460000000);
INSERT INTO "placements" VALUES(13,4,8,NULL,1772380860000000);
INSERT INTO "placements" VALUES(14,1,4,NULL,1772373660000000);
INSERT INTO "placements" VALUES(14,2,5,NULL,1772380860000000);
INSERT INTO "placements" VALUES(14,3,7,NULL,1772384460000000);
INSERT INTO "placements" VALUES(14,4,8,NULL,1772380860000000);
INSERT INTO "placements" VALUES(15,1,4,NULL,1772373660000000);
INSERT INTO "placements" VALUES(15,2,8,NULL,1772380860000000);
INSERT INTO "placements" VALUES(16,1,3,NULL,NULL);
INSERT INTO "placements" VALUES(17,1,3,NULL,NULL);
INSERT INTO "placements" VALUES(18,1,3,NULL,NULL);
INSERT INTO "placements" VALUES(19,1,6,1772380860000000,NULL);
CREATE TABLE revisions (
	entry_id BIGINT NOT NULL, 
	number INTEGER NOT NULL, 
	seen_at BIGINT NOT NULL, 
	kind TEXT NOT NULL, 
	content TEXT NOT NULL, note TEXT, 
	CONSTRAINT pk_revisions PRIMARY KEY (entry_id, number), 
	CONSTRAINT ck_revisions_kind CHECK (kind IN ('new', 'material', 'minor')), 
	CONSTRAINT fk_revisions_entry_id_entries FOREIGN KEY(entry_id) REFERENCES entries (id)
);
INSERT INTO "revisions" VALUES(1,1,1772366460000000,'new','{"key":{"source_id":"alpha","guid":"https://alpha.example/one"},"identity":"guid","digest":"1:one","address":"alpha.example/one","same_story":null,"link":"https://alpha.example/one","title":"Title of one","standfirst":"ھەواڵەکان","body":"<p>Nûçe</p>","published":"2026-03-01T11:01:00+00:00","updated":null,"byline":[{"name":"Zîn"}],"lead_image":{"url":"https://img.example/dam.jpg","media_type":"image/jpeg"},"enclosures":[],"categories":["Water","dams"],"rights":null,"license":null,"language":"en","language_reason":"prior","origin":null,"translations":[{"href":"beta.example/av","language":"kmr"}]}',NULL);
INSERT INTO "revisions" VALUES(2,1,1772366460000000,'new','{"key":{"source_id":"alpha","guid":"https://alpha.example/two"},"identity":"guid","digest":"1:two","address":"alpha.example/two","same_story":null,"link":"https://alpha.example/two","title":"هەواڵێک لە ڕۆژاڤاوە","standfirst":"ھەواڵەکان","body":"<p>Nûçe</p>","published":"2026-03-01T11:01:00+00:00","updated":null,"byline":[{"name":"Zîn"}],"lead_image":{"url":"https://img.example/roj.jpg","media_type":"image/jpeg"},"enclosures":[],"categories":["a","b"],"rights":null,"license":null,"language":"ckb","language_reason":"prior","origin":null}',NULL);
INSERT INTO "revisions" VALUES(3,1,1772366460000000,'new','{"key":{"source_id":"alpha","guid":"https://alpha.example/held"},"identity":"guid","digest":"1:held","address":"alpha.example/held","same_story":null,"link":"https://alpha.example/held","title":"Title of held","standfirst":"ھەواڵەکان","body":"<p>Nûçe</p>","published":"2026-03-01T11:01:00+00:00","updated":null,"byline":[{"name":"Zîn"}],"lead_image":{"url":"https://img.example/1.jpg","media_type":"image/jpeg"},"enclosures":[],"categories":["a","b"],"rights":null,"license":null,"language":null,"language_reason":"prior","origin":null}',NULL);
INSERT INTO "revisions" VALUES(4,1,1772370060000000,'new','{"key":{"source_id":"beta","guid":"https://beta.example/av"},"identity":"guid","digest":"1:av","address":"beta.example/av","same_story":null,"link":"https://beta.example/av","title":"Title of av","standfirst":"ھەواڵەکان","body":"<p>Nûçe</p>","published":"2026-03-01T12:01:00+00:00","updated":null,"byline":[{"name":"Zîn"}],"lead_image":{"url":"https://img.example/1.jpg","media_type":"image/jpeg"},"enclosures":[],"categories":["Av"],"rights":null,"license":null,"language":"kmr","language_reason":"prior","origin":null}',NULL);
INSERT INTO "revisions" VALUES(5,1,1772370060000000,'new','{"key":{"source_id":"beta","guid":"https://beta.example/dam"},"identity":"guid","digest":"1:dam","address":"beta.example/dam","same_story":null,"link":"https://beta.example/dam","title":"Title of dam","standfirst":"ھەواڵەکان","body":"<p>Nûçe</p>","published":"2026-03-01T12:01:00+00:00","updated":null,"byline":[{"name":"Zîn"}],"lead_image":{"url":"https://img.example/1.jpg","media_type":"image/jpeg"},"enclosures":[],"categories":["a","b"],"rights":null,"license":null,"language":"en","language_reason":"prior","origin":null}',NULL);
INSERT INTO "revisions" VALUES(1,2,1772373660000000,'material','{"key":{"source_id":"alpha","guid":"https://alpha.example/one"},"identity":"guid","digest":"1:one2","address":"alpha.example/one","same_story":null,"link":"https://alpha.example/one","title":"Title of one, corrected","standfirst":"ھەواڵەکان","body":"<p>Nûçe</p>","published":"2026-03-01T11:01:00+00:00","updated":null,"byline":[{"name":"Zîn"}],"lead_image":{"url":"https://img.example/dam.jpg","media_type":"image/jpeg"},"enclosures":[],"categories":["Water","dams"],"rights":null,"license":null,"language":"en","language_reason":"prior","origin":null,"translations":[{"href":"beta.example/av","language":"kmr"}]}',NULL);
INSERT INTO "revisions" VALUES(6,1,1772377260000000,'new','{"key":{"source_id":"alpha","guid":"https://alpha.example/down"},"identity":"guid","digest":"1:down","address":"alpha.example/down","same_story":null,"link":"https://alpha.example/down","title":"Title of down","standfirst":"ھەواڵەکان","body":"<p>Li gundan av kêm bû û xelk li ber çem rawestiya. Li gundan av kêm bû û xelk li ber çem rawestiya. Li gundan av kêm bû û xelk li ber çem rawestiya. Li gundan av kêm bû û xelk li ber çem rawestiya. Li gundan av kêm bû û xelk li ber çem rawestiya. Li gundan av kêm bû û xelk li ber çem rawestiya. Li gundan av kêm bû û xelk li ber çem rawestiya. Li gundan av kêm bû û xelk li ber çem rawestiya. </p>","published":"2026-03-01T14:01:00+00:00","updated":null,"byline":[{"name":"Zîn"}],"lead_image":{"url":"https://img.example/1.jpg","media_type":"image/jpeg"},"enclosures":[],"categories":["a","b"],"rights":null,"license":null,"language":"en","language_reason":"prior","origin":null}',NULL);
INSERT INTO "revisions" VALUES(7,1,1772377260000000,'new','{"key":{"source_id":"alpha","guid":"https://alpha.example/ours"},"identity":"guid","digest":"1:ours","address":"alpha.example/ours","same_story":null,"link":"https://alpha.example/ours","title":"Title of ours","standfirst":"ھەواڵەکان","body":"<p>Nûçe</p>","published":"2026-03-01T14:01:00+00:00","updated":null,"byline":[{"name":"Zîn"}],"lead_image":{"url":"https://img.example/1.jpg","media_type":"image/jpeg"},"enclosures":[],"categories":["Schools"],"rights":null,"license":null,"language":"en","language_reason":"prior","origin":null}',NULL);
INSERT INTO "revisions" VALUES(8,1,1772377260000000,'new','{"key":{"source_id":"alpha","guid":"https://alpha.example/back"},"identity":"guid","digest":"1:back","address":"alpha.example/back","same_story":null,"link":"https://alpha.example/back","title":"Title of back","standfirst":"ھەواڵەکان","body":"<p>Nûçe</p>","published":"2026-03-01T14:01:00+00:00","updated":null,"byline":[{"name":"Zîn"}],"lead_image":{"url":"https://img.example/1.jpg","media_type":"image/jpeg"},"enclosures":[],"categories":["a","b"],"rights":null,"license":null,"language":"en","language_reason":"prior","origin":null}',NULL);
INSERT INTO "revisions" VALUES(9,1,1772377260000000,'new','{"key":{"source_id":"alpha","guid":"https://alpha.example/doubt"},"identity":"guid","digest":"1:doubt","address":"alpha.example/doubt","same_story":null,"link":"https://alpha.example/doubt","title":"Title of doubt","standfirst":"ھەواڵەکان","body":"<p>Nûçe</p>","published":"2026-03-01T14:01:00+00:00","updated":null,"byline":[{"name":"Zîn"}],"lead_image":{"url":"https://img.example/1.jpg","media_type":"image/jpeg"},"enclosures":[],"categories":["a","b"],"rights":null,"license":null,"language":null,"language_reason":"prior","origin":null}',NULL);
INSERT INTO "revisions" VALUES(10,1,1772377260000000,'new','{"key":{"source_id":"alpha","guid":"https://alpha.example/later"},"identity":"guid","digest":"1:later","address":"alpha.example/later","same_story":null,"link":"https://alpha.example/later","title":"Title of later","standfirst":"ھەواڵەکان","body":"<p>Nûçe</p>","published":"2026-03-01T15:01:00+00:00","updated":null,"byline":[{"name":"Zîn"}],"lead_image":{"url":"https://img.example/1.jpg","media_type":"image/jpeg"},"enclosures":[],"categories":["a","b"],"rights":null,"license":null,"language":"en","language_reason":"prior","origin":null}','first seen');
INSERT INTO "revisions" VALUES(11,1,1772377260000000,'new','{"key":{"source_id":"beta","guid":"https://beta.example/copy"},"identity":"guid","digest":"1:copy","address":"beta.example/copy","same_story":null,"link":"https://beta.example/copy","title":"Title of copy","standfirst":"ھەواڵەکان","body":"<p>Li gundan av kêm bû û xelk li ber çem rawestiya. Li gundan av kêm bû û xelk li ber çem rawestiya. Li gundan av kêm bû û xelk li ber çem rawestiya. Li gundan av kêm bû û xelk li ber çem rawestiya. Li gundan av kêm bû û xelk li ber çem rawestiya. Li gundan av kêm bû û xelk li ber çem rawestiya. Li gundan av kêm bû û xelk li ber çem rawestiya. Li gundan av kêm bû û xelk li ber çem rawestiya. </p>","published":"2026-03-01T14:01:00+00:00","updated":null,"byline":[{"name":"Zîn"}],"lead_image":{"url":"https://img.example/1.jpg","media_type":"image/jpeg"},"enclosures":[],"categories":["a","b"],"rights":null,"license":null,"language":"en","language_reason":"prior","origin":null}',NULL);
INSERT INTO "revisions" VALUES(12,1,1772377260000000,'new','{"key":{"source_id":"beta","guid":"https://beta.example/same"},"identity":"guid","digest":"1:same","address":"beta.example/same","same_story":null,"link":"https://beta.example/same","title":"Title of same","standfirst":"ھەواڵەکان","body":"<p>Nûçe</p>","published":"2026-03-01T14:01:00+00:00","updated":null,"byline":[{"name":"Zîn"}],"lead_image":{"url":"https://img.example/1.jpg","media_type":"image/jpeg"},"enclosures":[],"categories":["a","b"],"rights":null,"license":null,"language":"en","language_reason":"prior","origin":null}',NULL);
INSERT INTO "revisions" VALUES(7,2,1772380860000000,'material','{"key":{"source_id":"alpha","guid":"https://alpha.example/ours"},"identity":"guid","digest":"1:ours","address":"alpha.example/ours","same_story":null,"link":"https://alpha.example/ours","title":"Title of ours","standfirst":"ھەواڵەکان","body":"<p>Nûçe</p>","published":"2026-03-01T14:01:00+00:00","updated":null,"byline":[{"name":"Zîn"}],"lead_image":{"url":"https://img.example/1.jpg","media_type":"image/jpeg"},"enclosures":[],"categories":["Schools"],"rights":null,"license":null,"language":"en","language_reason":"prior","origin":null}','edited by Rojda: it repeats itself');
INSERT INTO "revisions" VALUES(9,2,1772380860000000,'minor','{"key":{"source_id":"alpha","guid":"https://alpha.example/doubt"},"identity":"guid","digest":"1:doubt","address":"alpha.example/doubt","same_story":null,"link":"https://alpha.example/doubt","title":"Title of doubt","standfirst":"ھەواڵەکان","body":"<p>Nûçe</p>","published":"2026-03-01T14:01:00+00:00","updated":null,"byline":[{"name":"Zîn"}],"lead_image":{"url":"https://img.example/1.jpg","media_type":"image/jpeg"},"enclosures":[],"categories":["a","b"],"rights":null,"license":null,"language":null,"language_reason":"prior","origin":null}','edited by Rojda: it repeats itself');
CREATE TABLE rulings (
	id INTEGER NOT NULL, 
	entry_id BIGINT NOT NULL, 
	ruling TEXT NOT NULL, 
	who TEXT NOT NULL, 
	why TEXT NOT NULL, 
	ruled_at BIGINT NOT NULL, 
	edits TEXT, revision INTEGER, 
	CONSTRAINT pk_rulings PRIMARY KEY (id), 
	CONSTRAINT ck_rulings_ruling CHECK (ruling IN ('publish', 'hold', 'drop')), 
	CONSTRAINT fk_rulings_entry_id_entries FOREIGN KEY(entry_id) REFERENCES entries (id)
);
INSERT INTO "rulings" VALUES(1,3,'hold','Rojda','so',1772373660000000,NULL,1);
INSERT INTO "rulings" VALUES(2,5,'drop','Rojda','so',1772373660000000,NULL,1);
INSERT INTO "rulings" VALUES(3,7,'publish','Rojda','it repeats itself',1772380860000000,'{"title":"A second evening school","standfirst":""}',2);
INSERT INTO "rulings" VALUES(4,9,'hold','Rojda','it repeats itself',1772380860000000,'{"language":"ckb"}',2);
CREATE TABLE series (
	id INTEGER NOT NULL, 
	edition TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	title TEXT NOT NULL, 
	count BIGINT NOT NULL, 
	newest BIGINT NOT NULL, 
	CONSTRAINT pk_series PRIMARY KEY (id), 
	CONSTRAINT ck_series_kind CHECK (kind IN ('edition', 'language', 'source', 'category', 'month')), 
	CONSTRAINT uq_series_edition UNIQUE (edition, kind, "key")
);
INSERT INTO "series" VALUES(1,'en','category','dams','dams',1,1);
INSERT INTO "series" VALUES(2,'en','category','water','Water',1,1);
INSERT INTO "series" VALUES(3,'en','edition','','',6,8);
INSERT INTO "series" VALUES(4,'en','language','en','',6,8);
INSERT INTO "series" VALUES(5,'en','month','2026-03','',6,8);
INSERT INTO "series" VALUES(6,'en','source','alpha','',4,7);
INSERT INTO "series" VALUES(7,'ku','category','a','a',1,2);
INSERT INTO "series" VALUES(8,'ku','category','b','b',1,2);
INSERT INTO "series" VALUES(9,'ku','edition','','',2,3);
INSERT INTO "series" VALUES(10,'ku','language','ckb','',1,2);
INSERT INTO "series" VALUES(11,'ku','month','2026-03','',2,3);
INSERT INTO "series" VALUES(12,'ku','source','alpha','',1,2);
INSERT INTO "series" VALUES(13,'en','category','a','a',4,8);
INSERT INTO "series" VALUES(14,'en','category','b','b',4,8);
INSERT INTO "series" VALUES(15,'en','source','beta','',2,8);
INSERT INTO "series" VALUES(16,'ku','category','av','Av',1,3);
INSERT INTO "series" VALUES(17,'ku','language','kmr','',1,3);
INSERT INTO "series" VALUES(18,'ku','source','beta','',1,3);
INSERT INTO "series" VALUES(19,'en','category','schools','Schools',1,6);
CREATE TABLE sketches (
	entry_id INTEGER NOT NULL, 
	seen_at BIGINT NOT NULL, 
	content TEXT NOT NULL, 
	CONSTRAINT pk_sketches PRIMARY KEY (entry_id), 
	CONSTRAINT fk_sketches_entry_id_entries FOREIGN KEY(entry_id) REFERENCES entries (id)
);
CREATE TABLE takedown_bars (
	value TEXT NOT NULL, 
	takedown_id BIGINT NOT NULL, 
	CONSTRAINT pk_takedown_bars PRIMARY KEY (value, takedown_id), 
	CONSTRAINT fk_takedown_bars_takedown_id_takedowns FOREIGN KEY(takedown_id) REFERENCES takedowns (id)
)
 WITHOUT ROWID

;
INSERT INTO "takedown_bars" VALUES('HE8CNsalCgCKw99fljkJVg',1);
INSERT INTO "takedown_bars" VALUES('r3N71HftY4IkgWWGHmAZnQ',1);
CREATE TABLE takedowns (
	id INTEGER NOT NULL, 
	entry_id BIGINT, 
	source_id TEXT, 
	title TEXT NOT NULL, 
	link TEXT, 
	who TEXT NOT NULL, 
	why TEXT NOT NULL, 
	taken_at BIGINT NOT NULL, 
	restored_at BIGINT, 
	restored_who TEXT, 
	restored_why TEXT, 
	CONSTRAINT pk_takedowns PRIMARY KEY (id), 
	CONSTRAINT ck_takedowns_target CHECK ((entry_id IS NULL) <> (source_id IS NULL)), 
	CONSTRAINT fk_takedowns_entry_id_entries FOREIGN KEY(entry_id) REFERENCES entries (id)
);
INSERT INTO "takedowns" VALUES(1,6,NULL,'Title of down','https://alpha.example/down','Zîn','the publisher asks',1772380860000000,NULL,NULL,NULL);
INSERT INTO "takedowns" VALUES(2,NULL,'gone','Gone',NULL,'Zîn','they ask',1772380860000000,1772384460000000,'Zîn','settled');
CREATE TABLE translations (
	sequence BIGINT NOT NULL, 
	entry_id BIGINT NOT NULL, 
	CONSTRAINT pk_translations PRIMARY KEY (sequence, entry_id), 
	CONSTRAINT fk_translations_entry_id_entries FOREIGN KEY(entry_id) REFERENCES entries (id), 
	CONSTRAINT fk_translations_sequence_emissions FOREIGN KEY(sequence) REFERENCES emissions (sequence)
)
 WITHOUT ROWID

;
INSERT INTO "translations" VALUES(1,4);
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
INSERT INTO "visits" VALUES('beta','main',1,1,1772370060000000,'https://feed.example/','changed',200,1000,2,0,NULL,NULL,'[]');
INSERT INTO "visits" VALUES('alpha','',2,2,1772373660000000,'https://feed.example/','changed',200,1000,0,1,NULL,NULL,'[]');
INSERT INTO "visits" VALUES('alpha','',3,3,1772377260000000,'https://feed.example/','changed',200,1000,5,0,NULL,NULL,'[]');
INSERT INTO "visits" VALUES('beta','main',2,2,1772377260000000,'https://feed.example/','changed',200,1000,2,0,NULL,NULL,'[]');
CREATE TABLE withdrawals (
	sequence INTEGER NOT NULL, 
	withdrawn_at BIGINT NOT NULL, 
	CONSTRAINT pk_withdrawals PRIMARY KEY (sequence), 
	CONSTRAINT fk_withdrawals_sequence_emissions FOREIGN KEY(sequence) REFERENCES emissions (sequence)
);
INSERT INTO "withdrawals" VALUES(4,1772373660000000);
INSERT INTO "withdrawals" VALUES(5,1772380860000000);
INSERT INTO "withdrawals" VALUES(7,1772384460000000);
INSERT INTO "withdrawals" VALUES(8,1772380860000000);
CREATE INDEX ix_feeds_due ON feeds (next_due_at, source_id, feed_key);
CREATE INDEX ix_feeds_lease_until ON feeds (lease_until) WHERE lease_until IS NOT NULL;
CREATE INDEX ix_entries_held ON entries (source_id, feed_key) WHERE ruling = 'hold' AND withdrawn_at IS NULL;
CREATE INDEX ix_rulings_entry_id ON rulings (entry_id);
CREATE INDEX ix_emissions_language ON emissions (language, sequence);
CREATE INDEX ix_entries_gone ON entries (sequence) WHERE sequence IS NOT NULL AND (ruling <> 'publish' OR withdrawn_at IS NOT NULL);
CREATE INDEX ix_placements_sequence ON placements (sequence, series_id);
CREATE INDEX ix_placements_corrected_at ON placements (series_id, corrected_at) WHERE corrected_at IS NOT NULL;
CREATE INDEX ix_placements_withdrawn_at ON placements (series_id, withdrawn_at) WHERE withdrawn_at IS NOT NULL;
CREATE INDEX ix_pings_due_at ON pings (due_at);
CREATE INDEX ix_pictures_due_at ON pictures (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX ix_pictures_path ON pictures (path);
CREATE INDEX ix_picture_uses_sequence ON picture_uses (sequence);
CREATE INDEX ix_alternates_sequence ON alternates (sequence);
CREATE INDEX ix_translations_entry_id ON translations (entry_id);
CREATE INDEX ix_entries_shown_by ON entries (shown_by) WHERE shown_by IS NOT NULL;
CREATE INDEX ix_entries_pending ON entries (language, published_at, id) WHERE sequence IS NULL AND ruling = 'publish' AND withdrawn_at IS NULL AND shown_by IS NULL;
CREATE INDEX ix_entries_takedown_id ON entries (takedown_id) WHERE takedown_id IS NOT NULL;
CREATE INDEX ix_takedowns_entry_id ON takedowns (entry_id);
CREATE INDEX ix_takedown_bars_takedown_id ON takedown_bars (takedown_id);
CREATE INDEX ix_cluster_entries_cluster_id ON cluster_entries (cluster_id);
CREATE INDEX ix_sketches_seen_at ON sketches (seen_at);
CREATE INDEX ix_features_entry_id ON features (entry_id);
CREATE INDEX ix_page_checks_due_at ON page_checks (due_at);
COMMIT;
