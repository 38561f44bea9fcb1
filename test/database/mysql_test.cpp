#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <mysql.h>

#include "core/db/dynamic_table.h"
#include "core/db/run_blocking.h"
#include "modules/mysql/dialect.h"
#include "modules/mysql/driver.h"
#include "test/database/real_server.h"
#include "test/unit/db/driver_suite.h"

using namespace junctor;
using namespace junctor::db;

namespace
{

// A session beside the driver's: an administrator at the server.
class Administrator
{
public:
    explicit Administrator(const std::string& text) : session_(mysql_init(nullptr), mysql_close)
    {
        const Url url = Url::parse(text).value();
        REQUIRE(mysql_real_connect(session_.get(), url.host.c_str(), url.user.c_str(), url.password.c_str(),
                                   url.database.c_str(), url.port, nullptr, 0) != nullptr);
    }
    void run(const std::string& sql)
    {
        INFO(sql);
        const bool good = mysql_query(session_.get(), sql.c_str()) == 0;
        INFO(mysql_error(session_.get()));
        REQUIRE(good);
    }
    std::vector<std::string> first_column(const std::string& sql)
    {
        run(sql);
        std::vector<std::string> values;
        MYSQL_RES* result = mysql_store_result(session_.get());
        while (MYSQL_ROW row = mysql_fetch_row(result)) values.emplace_back(row[0] == nullptr ? "" : row[0]);
        mysql_free_result(result);
        return values;
    }
    // Ends every other connection of this account.
    void cut_connections()
    {
        for (const auto& id : first_column("SELECT id FROM information_schema.processlist WHERE user = "
                                           "SUBSTRING_INDEX(USER(), '@', 1) AND id <> CONNECTION_ID()"))
            mysql_query(session_.get(), ("KILL CONNECTION " + id).c_str());
    }

private:
    std::unique_ptr<MYSQL, decltype(&mysql_close)> session_;
};

struct Fixture {
    Databases databases;
    std::string url;
    explicit Fixture(std::string of) : url(std::move(of))
    {
        databases.add(std::make_shared<mysql::Driver>());
        test::empty(databases, url);
    }
    Database& database() { return **databases.open(url); }
};

std::unique_ptr<DynamicTable> table_of(Database& database, const std::string& name,
                                       const std::vector<std::string>& columns)
{
    auto table = std::make_unique<DynamicTable>(name, versions());
    for (const auto& column : columns) table->add_of_any_type(column);
    // Not owned: it lives as long as the fixture.
    const auto bound = table->bind(std::shared_ptr<Database>(std::shared_ptr<void>(), &database));
    INFO((bound ? "" : bound.error().text));
    REQUIRE(bound);
    return table;
}

Result<std::uint64_t> insert(const DynamicTable& table, std::vector<Value> values)
{
    std::vector<Assignment> row;
    for (auto& value : values) row.push_back({static_cast<ColumnId>(row.size()), std::move(value)});
    return run_blocking(table.insert(std::move(row)));
}

}  // namespace

TEST_CASE("the mysql driver", "[db][mysql]")
{
    const std::string url = test::real_server_url("MYSQL");
    Fixture f(url);
    test::driver_suite(f.databases, url);
}

TEST_CASE("parameters of a mysql URL are checked, and no message shows the password", "[db][mysql]")
{
    Databases databases;
    databases.add(std::make_shared<mysql::Driver>());
    for (const char* wrong : {"readers=0", "timezone=Mars", "connect_timeout=x", "network_timeout=0",
                              "charset=utf8 x=1", "reconnect=1"}) {
        INFO(wrong);
        const auto refused = databases.open(std::string("mysql://u:geheim@127.0.0.1:1/d?") + wrong);
        REQUIRE_FALSE(refused);
        CHECK_THAT(refused.error().text, Catch::Contains(std::string(wrong).substr(0, 7)));
        CHECK_THAT(refused.error().text, !Catch::Contains("geheim"));
    }
    const auto away = databases.open("mysql://u:geheim'\\@127.0.0.1:1/d?readers=2");
    REQUIRE_FALSE(away);
    CHECK(away.error().status == 503);
    CHECK_THAT(away.error().text,
               Catch::StartsWith("mysql://u:***@127.0.0.1:1/d?readers=2: ") && !Catch::Contains("geheim"));
    CHECK_THAT(databases.open("mysql://u@localhost/d?socket=/nowhere/sock").error().text,
               Catch::Contains("/nowhere/sock"));
}

TEST_CASE("tables of OpenSER are made as MySQL understands them", "[db][mysql]")
{
    const auto schema = Schema::find();
    REQUIRE(schema);
    const auto text = mysql::Dialect().creation(*schema->table("location"));
    REQUIRE(text.size() == 2);
    CHECK_THAT(text[0], Catch::Contains("`id` INT UNSIGNED NOT NULL AUTO_INCREMENT,") &&
                            Catch::Contains("`expires` DATETIME NOT NULL DEFAULT '2020-05-28 21:32:15'") &&
                            Catch::Contains("`received` VARCHAR(255) NULL") &&
                            Catch::Contains("PRIMARY KEY (`id`)") &&
                            Catch::EndsWith(") ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"));
    CHECK(text[1] == "CREATE INDEX `location_udc_loc` ON `location` (`username`, `domain`, `contact`)");
    CHECK_THAT(mysql::Dialect().creation(*schema->table("silo"))[0],
               Catch::Contains("`body` BLOB NOT NULL DEFAULT ('')"));

    const std::string url = test::real_server_url("MYSQL");
    Fixture f(url);
    for (const TableSpec& table : schema->tables()) {
        INFO(table.name);
        const auto made = run_blocking(f.database().create(table));
        INFO((made ? "" : made.error().text));
        REQUIRE(made);
        const auto found = run_blocking(f.database().inspect(table.name));
        REQUIRE(found);
        REQUIRE(found->columns.size() == table.columns.size());
        for (const ColumnSpec& column : table.columns) {
            CHECK(found->column(column.name)->type == column.type());
            CHECK(found->column(column.name)->nullable == column.nullable);
        }
    }
}

TEST_CASE("a table that cannot be made whole is not made", "[db][mysql]")
{
    const std::string url = test::real_server_url("MYSQL");
    Fixture f(url);
    TableSpec table = test::things();
    table.indexes = {{"good", {"number"}}, {"bad", {"nothing"}}};
    CHECK_FALSE(run_blocking(f.database().create(table)));
    CHECK(run_blocking(f.database().tables())->empty());
}

TEST_CASE("a wrong password or database stops the start; db create makes a database", "[db][mysql]")
{
    const std::string url = test::real_server_url("MYSQL");
    Fixture f(url);
    const Url good = Url::parse(url).value();
    const auto other = [&good](const std::string& password, const std::string& database) {
        return fmt::format("mysql://{}:{}@{}:{}/{}", good.user, password, good.host, good.port, database);
    };
    const auto refused = f.databases.open(other("Wrong/1", good.database));
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().text, Catch::Contains("denied") && !Catch::Contains("Wrong/1"));

    const std::string fresh = other(good.password, "junctor's `new` one");
    CHECK_THAT(f.databases.open(fresh).error().text, Catch::Contains("Unknown database"));
    CHECK(f.databases.open(fresh, true));
    Administrator(url).run("DROP DATABASE `junctor's ``new`` one`");
}

TEST_CASE("what OpenSER's scripts made of a column is read as its type wants it", "[db][mysql]")
{
    const std::string url = test::real_server_url("MYSQL");
    Fixture f(test::with_parameters(url, "timezone=+02:00"));
    Administrator(url).run(
        "CREATE TABLE old (name VARCHAR(64) NOT NULL DEFAULT '', q FLOAT, price DECIMAL(10,2), small "
        "TINYINT, "
        "big BIGINT UNSIGNED, flag INT(11), expires DATETIME NOT NULL DEFAULT '0000-00-00 00:00:00', "
        "modified TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, day DATE, kind ENUM('a','b'), body "
        "MEDIUMBLOB) "
        "CHARACTER SET latin1");
    const auto table = table_of(
        f.database(), "old",
        {"name", "q", "price", "small", "big", "flag", "expires", "modified", "day", "kind", "body"});
    CHECK(table->type_of(1) == Type::Real);
    CHECK(table->type_of(2) == Type::Real);
    CHECK(table->type_of(6) == Type::DateTime);
    CHECK(table->type_of(7) == Type::DateTime);
    CHECK(table->type_of(9) == Type::Text);
    CHECK(table->type_of(10) == Type::Blob);
    const std::string body(100000, '\0');
    REQUIRE(insert(*table,
                   {"caf\xc3\xa9", 0.29, 12.5, std::int64_t{-128}, std::int64_t{1} << 40, std::int64_t{-7},
                    DateTime{1173657600}, DateTime{1173657601}, DateTime{1173650400}, "b", Blob{body}}));
    Administrator(url).run("INSERT INTO old (name) VALUES ('defaults')");

    const auto rows = run_blocking(table->select({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, {}, {{0, false}}));
    REQUIRE(rows);
    REQUIRE(rows->size() == 2);
    CHECK(rows->at(0, 0).text == "caf\xc3\xa9");
    CHECK(rows->at(0, 1).real == 0.29);
    double price = 0;
    CHECK(read_real(rows->at(0, 2), price));
    CHECK(price == 12.5);
    CHECK(rows->at(0, 3).integer == -128);
    CHECK(rows->at(0, 4).integer == std::int64_t{1} << 40);
    CHECK(rows->at(0, 5).integer == -7);
    CHECK(rows->at(0, 6).value() == Value(DateTime{1173657600}));
    CHECK(rows->at(0, 7).value() == Value(DateTime{1173657601}));
    CHECK(rows->at(0, 8).value() == Value(DateTime{1173650400}));
    CHECK(rows->at(0, 9).text == "b");
    CHECK(rows->at(0, 10).text == body);
    CHECK(rows->at(1, 6).is_null);  // a zero date: never
    CHECK(rows->at(1, 1).is_null);
    CHECK(Administrator(url).first_column("SELECT expires FROM old WHERE name LIKE 'caf%'") ==
          std::vector<std::string>{"2007-03-12 02:00:00"});
}

TEST_CASE("a value that its column cannot hold is refused, not cut", "[db][mysql]")
{
    const std::string url = test::real_server_url("MYSQL");
    Fixture f(url);
    Administrator(url).run("CREATE TABLE narrow (name VARCHAR(4), number SMALLINT) CHARACTER SET latin1");
    const auto table = table_of(f.database(), "narrow", {"name", "number"});
    CHECK_FALSE(insert(*table, {"12345", std::int64_t{0}}));
    CHECK_FALSE(insert(*table, {"1", std::int64_t{40000}}));
    CHECK_FALSE(insert(*table, {"\xe2\x82\xac\xf0\x9f\x98\x80", std::int64_t{0}}));  // not in latin1
    CHECK_FALSE(insert(*table, {"\xff", std::int64_t{0}}));                          // no UTF-8
    CHECK(insert(*table, {"12\\'", std::int64_t{32767}}));
    const auto rows = run_blocking(table->select({0}, {}));
    REQUIRE(rows);
    REQUIRE(rows->size() == 1);
    CHECK(rows->at(0, 0).text == "12\\'");
}

TEST_CASE("connections that the server cut are made anew, and no write is lost or doubled", "[db][mysql]")
{
    const std::string url = test::real_server_url("MYSQL");
    Fixture f(url);
    Administrator administrator(url);
    administrator.run("CREATE TABLE counted (number INT PRIMARY KEY) ENGINE=InnoDB");
    const auto table = table_of(f.database(), "counted", {"number"});
    for (std::int64_t i = 0; i < 20; ++i) {
        if (i % 3 == 0) administrator.cut_connections();
        const auto written = insert(*table, {i});
        INFO((written ? "" : written.error().text));
        CHECK(written);
        if (i % 3 == 1) administrator.cut_connections();
        const auto rows = run_blocking(table->select({0}, {}));
        REQUIRE(rows);
        CHECK(rows->size() == static_cast<std::size_t>(i + 1));
    }
    CHECK(insert(*table, {std::int64_t{7}}).error().status == 409);
}

TEST_CASE("a write that another program's lock holds up does not end as half of it", "[db][mysql]")
{
    const std::string url = test::real_server_url("MYSQL");
    Fixture f(url);
    Administrator other(url);
    other.run("CREATE TABLE locked (number INT PRIMARY KEY, content INT) ENGINE=InnoDB");
    other.run("INSERT INTO locked VALUES (1, 0), (2, 0)");
    const auto table = table_of(f.database(), "locked", {"number", "content"});
    other.run("SET GLOBAL innodb_lock_wait_timeout = 1");
    Databases fresh;  // connections that know the new time-out
    fresh.add(std::make_shared<mysql::Driver>());
    const auto database = fresh.open(test::with_parameters(url, "readers=1"));
    REQUIRE(database);
    const auto again = table_of(**database, "locked", {"number", "content"});
    other.run("START TRANSACTION");
    other.run("UPDATE locked SET content = 9 WHERE number = 2");
    const auto held_up = run_blocking(again->update({}, {{1, Value(std::int64_t{5})}}));
    CHECK(held_up.error().status == 503);
    other.run("ROLLBACK");
    other.run("SET GLOBAL innodb_lock_wait_timeout = 50");
    CHECK(other.first_column("SELECT DISTINCT content FROM locked") == std::vector<std::string>{"0"});
    CHECK(run_blocking(again->update({}, {{1, Value(std::int64_t{5})}})) == 2u);
}
