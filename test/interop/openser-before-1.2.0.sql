-- The layouts of before 1.2.0, as `junctorctl db migrate` meets them: no numbered rows, location 1003, gw 3 with numbers
-- for addresses; and a column of the installation's own.
CREATE TABLE version (table_name VARCHAR(64) NOT NULL, table_version INTEGER NOT NULL DEFAULT 0);
INSERT INTO version VALUES ('location', 1003), ('gw', 3), ('grp', 2);
CREATE TABLE location (username VARCHAR(64) NOT NULL DEFAULT '', domain VARCHAR(128) NOT NULL DEFAULT '',
  contact VARCHAR(255) NOT NULL DEFAULT '', received VARCHAR(255), path VARCHAR(255),
  expires {datetime} NOT NULL DEFAULT '2020-05-28 21:32:15', q FLOAT NOT NULL DEFAULT 1.0,
  callid VARCHAR(255) NOT NULL DEFAULT 'Default-Call-ID', cseq INTEGER NOT NULL DEFAULT 13,
  last_modified {datetime} NOT NULL DEFAULT '1900-01-01 00:00:00', flags INTEGER NOT NULL DEFAULT 0,
  user_agent VARCHAR(255) NOT NULL DEFAULT '', socket VARCHAR(128), methods INTEGER, customer VARCHAR(20),
  PRIMARY KEY (username, domain, contact));
CREATE TABLE gw (gw_name VARCHAR(128) NOT NULL PRIMARY KEY, grp_id INTEGER NOT NULL, ip_addr BIGINT NOT NULL,
  port SMALLINT, uri_scheme SMALLINT, transport SMALLINT, strip SMALLINT, prefix VARCHAR(16));
CREATE TABLE grp (username VARCHAR(64) NOT NULL DEFAULT '', domain VARCHAR(128) NOT NULL DEFAULT '',
  grp VARCHAR(50) NOT NULL DEFAULT '', last_modified {datetime} NOT NULL DEFAULT '1900-01-01 00:00:00',
  PRIMARY KEY (username, domain, grp));
INSERT INTO location (username, domain, contact, expires, q, flags, customer)
  VALUES ('alice', 'example.org', 'sip:alice@192.0.2.1', '2037-01-02 03:04:05', 0.29, 1, 'A-17'),
         ('bob', 'example.org', 'sip:bob@192.0.2.2', '2037-01-02 03:04:05', -1, 0, NULL);
INSERT INTO gw (gw_name, grp_id, ip_addr, port) VALUES ('north', 1, 167880896, 5060), ('south', 1, 4261544128, NULL);
INSERT INTO grp (username, domain, grp) VALUES ('alice', 'example.org', 'ld'), ('alice', 'example.org', 'int');
